//! Documents: data in, PDF and HTML bytes out.
