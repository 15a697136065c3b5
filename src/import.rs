//! Another system's CSV or xlsx into records.
