//! Policies: as written, compiled, evaluated into verdicts.
