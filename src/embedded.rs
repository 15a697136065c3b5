//! The data files that travel inside the program: schema, policies, templates, calendar.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
