//! Photographs on a form: the files that a field of a record names, two abreast, each with its caption.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::compile::{Compiler, Made, Names};
use super::definition as def;
use super::fill::Filler;
use super::make::{Maker, Subject};
use super::model::{Cell, Row, What};
use super::sheet::{Block, Picture, Sheet};
use crate::document::redact::Redaction;
use crate::document::{Format, Recipe, below_office};
use crate::load::photos;
use crate::photo::{Photo, Wrong};
use crate::policy::expr::{Expr, Path};
use crate::policy::value::{Record, View};

/// So many photographs a sheet shows; of more the rest is counted.
const MOST: usize = 60;

/// The folder of photographs for pages, below the office's.
const FOLDER: &str = "images";

impl Compiler<'_> {
    /// A row of photographs.
    pub fn images(
        &mut self,
        w: &def::Form,
        row: &def::Row,
        i: &def::Images,
        names: &Names,
    ) -> Made<Row> {
        let (e, _) = self.typed(&i.value, names)?;
        let label = i.label.clone().or_else(|| self.label(&e));
        let path = match e {
            Expr::Path(p) if self.schema.get(p.kind).get(p.field).images => p,
            _ => {
                return self.fault(
                    &i.value,
                    "images 要写一个存照片文件名的栏目",
                    "`images` takes a field that names photographs",
                );
            }
        };
        let columns = row.columns.clone().unwrap_or_else(|| w.columns.clone());
        let Some(span) = u16::try_from(columns.len()).ok().filter(|n| *n > 1) else {
            return self.fault(
                &i.value,
                "images 至少要占两列",
                "`images` takes two columns at least",
            );
        };
        let cell = Cell {
            label,
            span: span - 1,
            lines: i.lines.max(1),
            what: What::Value(Expr::Path(path.clone()), def::Show::Text),
        };
        Ok(Row::Images(path, columns, Box::new(cell)))
    }
}

impl<'a> Filler<'a> {
    /// The photographs that a field names; none where it names none.
    pub fn photographs(&mut self, path: &Path, view: &View<'a>) -> Option<Block> {
        let record = self.use_path(view, path)?;
        let office = self.office;
        let names: Vec<&str> = photos::names(office, record.0, record.1, path.field).collect();
        let place = self.place(record, path);
        let mut all: Vec<Picture> = Vec::new();
        for (i, name) in names.iter().take(MOST).enumerate() {
            let n = i + 1;
            all.push(Picture {
                caption: self
                    .lang
                    .pick(format!("照片 {n}"), format!("Photograph {n}")),
                place: Some(place.clone()),
                ..self.picture(record, path, name)
            });
        }
        if names.len() > MOST {
            let more = names.len() - MOST;
            all.push(Picture {
                wrong: Some(self.lang.pick(
                    format!("另有 {more} 张照片没有印"),
                    format!("{more} more photographs are not printed"),
                )),
                ..Picture::default()
            });
        }
        let rows: Vec<Vec<Picture>> = all.chunks(2).map(<[Picture]>::to_vec).collect();
        (!rows.is_empty()).then_some(Block::Photos { rows })
    }

    fn picture(&mut self, record: Record, path: &Path, name: &str) -> Picture {
        let office = self.office;
        if self.redaction.hides(record.0, path.field) {
            return Picture {
                name: Redaction::masked(name),
                wrong: Some(self.lang.pick("不公开", "not published").to_owned()),
                ..Picture::default()
            };
        }
        let shown = self.published(record, path.field, name.to_owned());
        let beside = photos::beside(office, record.0, record.1).to_owned();
        let seen = office.photos.get(&(beside, name.to_owned()));
        match seen.map_or(Err(Wrong::Missing), |s| s.photo.clone()) {
            Ok(photo) => {
                let src = file(&office.id, &photo);
                let kind = &office.schema.get(record.0).name;
                let id = office.record_id(record.0, record.1);
                self.shown.push((photo, format!("{kind}/{id}")));
                Picture {
                    n: Some(self.shown.len()),
                    src,
                    name: shown,
                    ..Picture::default()
                }
            }
            Err(wrong) => Picture {
                name: shown,
                wrong: Some(wrong.said().get(self.lang).to_owned()),
                ..Picture::default()
            },
        }
    }
}

/// Where a photograph lies below `output/`, once for all pages that show it.
pub(super) fn file(office: &str, photo: &Photo) -> String {
    let digest = Sha256::digest(photo.path.as_bytes());
    let name: String = digest[..8].iter().map(|b| format!("{b:02x}")).collect();
    below_office(office, &format!("{FOLDER}/{name}.jpg"))
}

/// The photographs of a document as files for its page.
pub(super) fn files<'s>(office: &'s str, sheet: &'s Sheet) -> impl Iterator<Item = Recipe> + 's {
    let shown = sheet.all_shown();
    shown.map(move |(photo, record)| {
        Recipe::photo(file(office, photo), photo.clone(), record.clone())
    })
}

/// Leaves of the files for pages each once, however many pages show it.
pub(super) fn once(
    recipes: impl Iterator<Item = Recipe>,
    seen: &mut BTreeSet<String>,
) -> Vec<Recipe> {
    let new = |r: &Recipe| r.format != Format::Photo || seen.insert(r.path.clone());
    recipes.filter(new).collect()
}

impl Maker<'_> {
    /// How many photographs a sheet shows at the most.
    pub fn count_photographs(&self, s: Subject) -> usize {
        let paths = self.form.rows.iter().filter_map(|r| match r {
            Row::Images(path, ..) => Some(path),
            _ => None,
        });
        let counts = paths.filter_map(|path| {
            let (kind, row) = self.view(s).owner(path)?;
            Some(photos::names(self.office, kind, row, path.field).count())
        });
        counts.map(|n| n.min(MOST)).sum()
    }
}
