//! What `watch` needs beside a build: who tells that a file changed, and a server of the site for this machine alone.

mod changes;
mod request;
mod server;

pub(crate) use changes::{Changes, News};
pub(crate) use server::Server;
