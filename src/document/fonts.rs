//! The fonts that documents are set in: a workspace's own first, then those inside the program. System fonts are never
//! used, since bytes would differ from machine to machine.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::load::glyph::Coverage;

static EMBEDDED: [&[u8]; 2] = [
    include_bytes!("../../fonts/NotoSerifSC-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansSC-Bold.ttf"),
];

/// Fonts, ready for typst.
pub struct Fonts {
    pub(super) fonts: Vec<Font>,
    pub(super) book: LazyHash<FontBook>,
    coverage: Coverage,
    own: [u8; 32],
}

impl Fonts {
    /// The fonts inside the program, after a workspace's own (whole font files, in order of their names).
    pub fn new(own: Vec<Vec<u8>>) -> Self {
        let mut hash = Sha256::new();
        let mut coverage = Coverage::embedded();
        for font in &own {
            hash.update(Sha256::digest(font));
            coverage.add_font(font);
        }
        let embedded = EMBEDDED.iter().map(|b| Bytes::new(*b));
        let files = own.into_iter().map(Bytes::new).chain(embedded);
        let fonts: Vec<Font> = files.flat_map(Font::iter).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Self {
            fonts,
            book,
            coverage,
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

    /// The text with 〓 in place of what no font can print. PDF/A must not have a character without a shape; the finding
    /// `core/glyph` tells where it stands, and the records inside the PDF keep it.
    pub fn printable<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.coverage.printable(text)
    }

    /// A digest of a workspace's own fonts; those inside the program go with its version.
    pub fn digest(&self) -> [u8; 32] {
        self.own
    }
}
