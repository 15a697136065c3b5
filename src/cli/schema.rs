//! `schema KIND`: the JSON Schema of a kind, for editors.

use std::path::{Path, PathBuf};

use super::session::Session;
use super::{Command, kinds, sink};
use crate::pipeline::Failure;
use crate::schema::{self, json};
use crate::text::Lang;

/// What `schema` takes.
#[derive(clap::Args)]
pub(crate) struct Schema {
    /// 哪一类记录；aftercare kinds 列出全部 | which kind of record; `aftercare kinds` lists all
    #[arg(value_name = "KIND", required_unless_present = "all")]
    kind: Option<String>,
    /// 每一类各写一个文件到这个文件夹：DIR/KIND.json | write one file a kind into this folder: DIR/KIND.json
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    all: Option<PathBuf>,
}

impl Command for Schema {
    const NAME: &'static str = "schema";
    const ABOUT: &'static str = "给编辑器用的 JSON Schema：写 YAML 记录时提示栏目和选项 | JSON Schema of a kind: editors complete and check YAML records by it";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare schema visits > visits.json",
            "一类记录的 | of one kind",
        ),
        (
            "aftercare schema --all schemas",
            "每一类各一个文件 | a file for each kind",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let (schema, lang) = (session.schema()?, session.lang);
        if let Some(folder) = &self.all {
            let n = write_all(&session.here.join(folder), &schema, lang)?;
            if !session.common.quiet {
                let shown = folder.display();
                let said = lang.pick(
                    format!("写好了 {n} 个文件：{shown}"),
                    format!("Wrote {n} files: {shown}"),
                );
                sink::stream(session.out, |out| writeln!(out, "{said}"))?;
            }
            return Ok(0);
        }
        let kind = kinds::named(&schema, self.kind.as_deref().unwrap_or_default())?;
        let text = schema.kind(&kind.name).map(|id| text(&schema, id, lang));
        sink::stream(session.out, |out| {
            out.write_all(text.unwrap_or_default().as_bytes())
        })?;
        Ok(0)
    }
}

/// The file of a kind.
pub(super) fn text(schema: &schema::Schema, id: schema::KindId, lang: Lang) -> String {
    format!("{:#}\n", json::of_kind(schema, id, lang))
}

/// Writes a file a kind; gives how many.
fn write_all(folder: &Path, schema: &schema::Schema, lang: Lang) -> Result<usize, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| {
        let shown = folder.display();
        Failure::program(
            format!("不能建立文件夹「{shown}」：{e}"),
            format!("cannot make the folder `{shown}`: {e}"),
        )
    })?;
    for (id, kind) in schema.iter() {
        let text = text(schema, id, lang);
        let file = folder.join(format!("{}.json", kind.name));
        sink::file(&file, |out| out.write_all(text.as_bytes()))?;
    }
    Ok(schema.kinds.len())
}
