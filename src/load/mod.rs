//! Source files into tables; every fault a finding.
