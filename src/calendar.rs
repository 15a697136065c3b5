//! Working days, public holidays and calendar periods.
