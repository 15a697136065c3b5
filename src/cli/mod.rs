//! Arguments; one file a command.
