//! An office's records into files: one CSV, a folder of months, YAML lists, documents or a file a record.

use std::collections::BTreeMap;

use aftercare::schema::{Kind, Schema};

use super::office::Office;
use super::record::Record;
use super::spelling::{NamesOf, Spelling, names_of};
use super::yaml;

/// How text becomes bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// With a byte order mark, as Excel saves “CSV UTF-8”.
    Bom,
    /// As Excel in China saves “CSV”.
    Gb18030,
}

/// What a file looks like.
#[derive(Clone, Copy)]
pub enum Shape {
    Csv { separator: u8, encoding: Encoding },
    List,
    Documents,
    Single,
}

/// Which file a record goes to.
#[derive(Clone, Copy)]
pub enum Place {
    /// A path below the office.
    File(&'static str),
    /// A folder, the date field that gives the month, what follows the month in the file's name.
    Monthly(&'static str, &'static str, &'static str),
    /// A folder of files named by the record's id.
    Each(&'static str),
}

/// Where and how records of a kind are written; the first sheet that fits takes a record.
pub struct Sheet {
    pub kind: &'static str,
    pub fits: fn(&Record) -> bool,
    pub place: Place,
    pub shape: Shape,
    pub spelling: Spelling,
}

pub const CSV: Shape = Shape::Csv {
    separator: b',',
    encoding: Encoding::Utf8,
};

impl Sheet {
    /// A CSV file in English.
    pub fn csv(kind: &'static str, path: &'static str) -> Self {
        Self {
            kind,
            fits: |_| true,
            place: Place::File(path),
            shape: CSV,
            spelling: Spelling::PLAIN,
        }
    }

    fn path(&self, record: &Record) -> String {
        match self.place {
            Place::File(path) => path.to_owned(),
            Place::Monthly(folder, date, tail) => {
                let month = record.get(date).get(..7).unwrap_or("0000-00");
                format!("{folder}/{month}{tail}.{}", self.extension())
            }
            Place::Each(folder) => format!("{folder}/{}.{}", record.id(), self.extension()),
        }
    }

    fn extension(&self) -> &'static str {
        match self.shape {
            Shape::Csv { .. } => "csv",
            _ => "yaml",
        }
    }
}

/// What the writers need besides the records.
pub struct Desk<'a> {
    pub schema: &'a Schema,
    pub names: NamesOf,
}

/// All files of an office: path below `records/` and bytes.
pub fn files(
    office: &Office,
    config: &str,
    sheets: &[Sheet],
    schema: &Schema,
) -> BTreeMap<String, Vec<u8>> {
    let desk = Desk {
        schema,
        names: names_of(&office.tables),
    };
    let below = |path: &str| format!("{}/{path}", office.id);
    let mut files = BTreeMap::from([(below("office.yaml"), config.as_bytes().to_vec())]);
    for (kind, records) in &office.tables {
        let mut by_path: BTreeMap<String, (&Sheet, Vec<&Record>)> = BTreeMap::new();
        for r in records {
            let Some(sheet) = sheets.iter().find(|s| s.kind == *kind && (s.fits)(r)) else {
                panic!("{}: no sheet takes {kind} {}", office.id, r.id());
            };
            by_path
                .entry(sheet.path(r))
                .or_insert((sheet, Vec::new()))
                .1
                .push(r);
        }
        for (path, (sheet, records)) in by_path {
            files.insert(below(&path), bytes(&desk, sheet, &records));
        }
    }
    for (path, bytes) in &office.loose {
        files.insert(below(path), bytes.clone());
    }
    files
}

fn bytes(desk: &Desk<'_>, sheet: &Sheet, records: &[&Record]) -> Vec<u8> {
    let Some(kind) = desk.schema.kind(sheet.kind).map(|k| desk.schema.get(k)) else {
        panic!("no kind {}", sheet.kind);
    };
    match sheet.shape {
        Shape::Csv {
            separator,
            encoding,
        } => encode(
            &csv_text(desk, sheet, kind, records, separator, encoding),
            encoding,
        ),
        Shape::List => yaml::list(desk, &sheet.spelling, kind, records).into_bytes(),
        Shape::Documents => yaml::documents(desk, &sheet.spelling, kind, records).into_bytes(),
        Shape::Single => yaml::documents(desk, &sheet.spelling, kind, &records[..1]).into_bytes(),
    }
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Bom => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoding::Gb18030 => encoding_rs::GB18030.encode(text).0.into_owned(),
    }
}

/// The fields that any of the records has: the kind's in its order, then the unknown ones.
pub fn columns(kind: &Kind, records: &[&Record]) -> Vec<String> {
    let used = |name: &str| records.iter().any(|r| r.has(name));
    let mut columns: Vec<String> = kind
        .fields
        .iter()
        .map(|f| f.name.clone())
        .filter(|n| used(n))
        .collect();
    for (name, _) in records.iter().flat_map(|r| &r.fields) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    columns
}

fn csv_text(
    desk: &Desk<'_>,
    sheet: &Sheet,
    kind: &Kind,
    records: &[&Record],
    separator: u8,
    encoding: Encoding,
) -> String {
    let columns = columns(kind, records);
    // Excel ends its lines with CR LF.
    let end = match encoding {
        Encoding::Utf8 => csv::Terminator::Any(b'\n'),
        Encoding::Bom | Encoding::Gb18030 => csv::Terminator::CRLF,
    };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(end)
        .from_writer(Vec::new());
    let header = columns.iter().map(|c| sheet.spelling.header(kind, c));
    let mut written = writer.write_record(header);
    for r in records {
        assert!(
            r.nested.is_empty(),
            "{} {}: nested records need YAML",
            kind.name,
            r.id()
        );
        let cells = columns
            .iter()
            .map(|c| sheet.spelling.value(desk.schema, &desk.names, kind, r, c));
        written = written.and_then(|()| writer.write_record(cells));
    }
    let bytes = written
        .map_err(|e| e.to_string())
        .and_then(|()| writer.into_inner().map_err(|e| e.to_string()));
    match bytes.map(String::from_utf8) {
        Ok(Ok(text)) => text,
        fault => panic!("{}: {fault:?}", kind.name),
    }
}
