//! stub
use std::path::PathBuf;
pub struct Big {
    pub dir: PathBuf,
    pub visits: u64,
    pub one_file: bool,
}
impl Big {
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            visits: 1_000_000,
            one_file: false,
        }
    }
}
pub fn big(b: &Big) -> std::io::Result<String> {
    Ok(format!("{:?}", b.dir))
}
