//! Rates, intervals, satisfaction.
