//! The one writer: plans, writes beside, renames into place.
