//! Files, encodings, and bytes as line and column.
