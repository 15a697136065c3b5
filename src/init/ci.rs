//! The file by which a forge checks each change.

use clap::ValueEnum;

use super::files::File;

/// Who checks each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Nobody.
    None,
}

impl Ci {
    /// Its file.
    pub(super) fn file(self) -> Option<File> {
        let (path, text) = match self {
            Self::Github => (
                ".github/workflows/aftercare.yml",
                include_str!("github.yml"),
            ),
            Self::Gitlab => (".gitlab-ci.yml", include_str!("gitlab.yml")),
            Self::None => return None,
        };
        let text = text.replace("{version}", env!("CARGO_PKG_VERSION"));
        Some(File::new(path, text))
    }
}
