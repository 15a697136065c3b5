//! What is asked → the sheet, its header and the map by which it is read.

use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;

use super::header::{self, Header};
use super::map::Map;
use super::sheet::{self, Sheet};
use super::target::Origin;
use super::{Request, meant};
use crate::load::Options;
use crate::pipeline::Failure;
use crate::schema::{KindId, Schema};
use crate::source;
use crate::text::{Bilingual, nearest};
use crate::workspace::settings;

/// What is imported, by which map.
pub(super) struct Source {
    pub map: Map,
    pub kind: KindId,
    pub sheet: Sheet,
    pub header: Header,
    pub origin: Origin,
    /// Whether somebody said which sheet is meant.
    named: bool,
}

pub(super) fn open(request: &Request, options: &Options) -> Result<Source, Failure> {
    let asked = request.kind.as_deref().map(|k| kind(&options.schema, k));
    let asked = asked.transpose()?;
    let named = request.map.as_deref();
    let map = named.map(|m| read_map(&request.here, m, options, asked));
    let map = map.transpose()?;
    let bytes = read(&request.here, &request.file)?;
    let name = file_name(&request.file);
    let origin = Origin::new(&name, &bytes, named.map(|m| file_name(Path::new(m))));
    let wanted = map.as_ref().and_then(|m| m.sheet.as_deref());
    let sheet = sheet(request, bytes, wanted)?;
    let wanted = wanted.is_some();
    let row = map.as_ref().and_then(|m| m.header_row).unwrap_or_else(|| {
        header::row(&sheet, &|h| match (&map, asked) {
            (Some(map), _) => header::named(map, h),
            (None, Some(kind)) => header::fields(options.schema.get(kind), h),
            (None, None) => 0,
        })
    });
    let header = header(&sheet, row, &name)?;
    let named = request.sheet.is_some() || wanted;
    let (map, kind) = whole(map, asked, options, &header, |f| {
        if named { f } else { advised(f, &sheet) }
    })?;
    Ok(Source {
        named,
        map,
        kind,
        sheet,
        header,
        origin,
    })
}

impl Source {
    /// A failure, with the sheets where what is missing may stand, unless the sheet was named.
    pub fn other_sheets(&self, failure: Failure) -> Failure {
        if self.named {
            return failure;
        }
        advised(failure, &self.sheet)
    }
}

fn advised(failure: Failure, sheet: &Sheet) -> Failure {
    let others = sheet.others();
    if others.is_empty() || failure.help.is_some() {
        return failure;
    }
    failure.helped(
        format!(
            "读的是第一张工作表；另有「{}」，用 --sheet 写明是哪一张",
            others.join("」「")
        ),
        format!(
            "the first sheet was read; there are `{}` too: say which with --sheet",
            others.join("`, `")
        ),
    )
}

/// Reads the file, or the sheet of it that is asked for.
pub(super) fn sheet(
    request: &Request,
    bytes: Vec<u8>,
    map: Option<&str>,
) -> Result<Sheet, Failure> {
    let asked = request.sheet.as_deref();
    let sheet = sheet::open(&request.file, bytes, asked.or(map))?;
    match (asked, &sheet) {
        (Some(_), Sheet::Csv { .. }) => Err(Failure::usage(
            "只有 .xlsx 才有工作表：去掉 --sheet",
            "only an .xlsx has sheets: leave out --sheet",
        )),
        _ => Ok(sheet),
    }
}

pub(super) fn read(here: &Path, path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let path = here.join(path);
    if !path.exists() {
        return Err(Failure::usage(
            format!("没有「{name}」这个文件"),
            format!("there is no file `{name}`"),
        ));
    }
    let fail = |why: Bilingual| {
        Failure::program(
            format!("读不了「{name}」：{}", why.zh),
            format!("cannot read `{name}`: {}", why.en),
        )
    };
    let (mut file, size) = source::open(&path).map_err(fail)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.read_to_end(&mut bytes)
        .map_err(|e| fail(source::why(&e)))?;
    Ok(bytes)
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

pub(super) fn kind(schema: &Schema, name: &str) -> Result<KindId, Failure> {
    let found = schema
        .iter()
        .find(|(_, k)| k.name == name || k.label.zh == name);
    found.map(|(id, _)| id).ok_or_else(|| {
        let (zh, en) = meant(nearest(
            name,
            schema
                .kinds
                .iter()
                .flat_map(|k| [k.name.as_str(), k.label.zh.as_str()]),
        ));
        Failure::usage(
            format!("没有「{name}」这类记录{zh}"),
            format!("there is no kind of record `{name}`{en}"),
        )
    })
}

/// Reads a map from a file or, when there is none, one that the program carries.
fn read_map(
    here: &Path,
    name: &str,
    options: &Options,
    asked: Option<KindId>,
) -> Result<Map, Failure> {
    let path = here.join(name);
    let file = if path.exists() {
        settings::text(&path, name)?
    } else {
        let text = String::from_utf8_lossy(carried(name)?);
        settings::source(name, text.into_owned())
    };
    Ok(Map::parse(file, options, asked)?)
}

fn carried(name: &str) -> Result<&'static [u8], Failure> {
    let all = || {
        crate::embedded::MAPS
            .iter()
            .filter_map(|(file, bytes)| Some((file.strip_suffix(".yaml")?, *bytes)))
    };
    all()
        .find(|(n, _)| *n == name)
        .map(|(_, bytes)| bytes)
        .ok_or_else(|| {
            let (zh, en) = meant(nearest(name, all().map(|(n, _)| n)));
            let names: Vec<&str> = all().map(|(n, _)| n).collect();
            Failure::usage(
                format!(
                    "没有「{name}」这个对照表{zh}（自带的有：{}）",
                    names.join("、")
                ),
                format!(
                    "there is no map `{name}`{en} (built in: {})",
                    names.join(", ")
                ),
            )
        })
}

pub(super) fn header(sheet: &Sheet, row: u32, name: &str) -> Result<Header, Failure> {
    let (mut found, mut width, mut any) = (None, 0, false);
    sheet.each(&mut |r| {
        any |= !r.is_blank();
        width = width.max(r.cells.len());
        if r.number == row && !r.is_blank() {
            found = Some(Header::of(&r));
        }
        // Without headers the widest row says how many columns there are.
        if row > 0 && r.number >= row {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match found {
        None if row == 0 && any => Ok(Header::letters(width)),
        Some(h) => Ok(h),
        None => Err(Failure::usage(
            format!("「{name}」的第 {row} 行是空的，没有表头"),
            format!("row {row} of `{name}` is empty: there are no headers"),
        )),
    }
}

fn whole(
    map: Option<Map>,
    asked: Option<KindId>,
    options: &Options,
    header: &Header,
    advised: impl FnOnce(Failure) -> Failure,
) -> Result<(Map, KindId), Failure> {
    let kind = map.as_ref().and_then(|m| m.kind).or(asked).ok_or_else(|| {
        Failure::usage(
            "没有说是哪类记录：加 --as，如 --as repairs",
            "the kind of record is not named: add --as, such as --as repairs",
        )
    })?;
    let map = match map {
        Some(map) => map,
        None => header::implied(options.schema.get(kind), header).map_err(advised)?,
    };
    Ok((map, kind))
}
