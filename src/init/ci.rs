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
        let text = match self {
            Self::Github => include_str!("github.yml"),
            Self::Gitlab => include_str!("gitlab.yml"),
            Self::None => return None,
        };
        Some(File::new(self.path()?, text.to_owned()))
    }

    /// Where it is, below the workspace.
    pub fn path(self) -> Option<&'static str> {
        match self {
            Self::Github => Some(".github/workflows/aftercare.yml"),
            Self::Gitlab => Some(".gitlab-ci.yml"),
            Self::None => None,
        }
    }
}
