//! The fonts that documents are set in: a workspace's own first, then those inside the program. System fonts are never
//! used, since bytes would differ from machine to machine.

use sha2::{Digest, Sha256};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

static EMBEDDED: [&[u8]; 2] = [
    include_bytes!("../../fonts/NotoSerifSC-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansSC-Bold.ttf"),
];

/// Fonts, ready for typst.
pub struct Fonts {
    pub(super) fonts: Vec<Font>,
    pub(super) book: LazyHash<FontBook>,
    own: [u8; 32],
}

impl Fonts {
    /// The fonts inside the program, after a workspace's own (whole font files, in order of their names).
    pub fn new(own: Vec<Vec<u8>>) -> Self {
        let mut hash = Sha256::new();
        own.iter().for_each(|f| hash.update(Sha256::digest(f)));
        let embedded = EMBEDDED.iter().map(|b| Bytes::new(*b));
        let files = own.into_iter().map(Bytes::new).chain(embedded);
        let fonts: Vec<Font> = files.flat_map(Font::iter).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Self {
            fonts,
            book,
            own: hash.finalize().into(),
        }
    }

    /// The names of all families, a workspace's own first.
    pub fn families(&self) -> Vec<String> {
        let mut names = Vec::new();
        for font in &self.fonts {
            let name = font.info().family.as_str().to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether some font has a glyph for a character.
    pub fn has(&self, c: char) -> bool {
        c.is_control()
            || self
                .fonts
                .iter()
                .any(|f| f.info().coverage.contains(c as u32))
    }

    /// A digest of a workspace's own fonts; those inside the program go with its version.
    pub fn digest(&self) -> [u8; 32] {
        self.own
    }
}
