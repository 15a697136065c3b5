//! `new KIND field=value…`: a record more, read by the loader before it is written.

use super::session::Session;
use super::{Command, kinds, sink};
use crate::add::{self, Addition};
use crate::pipeline::{self, Failure};
use crate::report::safe;
use crate::workspace;

/// What `new` takes.
#[derive(clap::Args)]
pub(crate) struct New {
    /// 哪一类记录；aftercare kinds 列出全部 | which kind of record; `aftercare kinds` lists all
    #[arg(value_name = "KIND")]
    kind: String,
    /// 栏目=值，栏目写名称或标签；不写 id= 就接着已有的编号 | field=value, by name or label; without id= the next free id
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// 只看会加上什么，不写 | show what would be added, write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Command for New {
    const NAME: &'static str = "new";
    const ABOUT: &'static str = "加一条记录：编号接着往下排，写之前先核对 | Adds a record with the next free id, checked before it is written";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare new 投诉 受理时间=\"2025-03-01 9:30\" 客户=王燕 内容摘要=电梯困人 --office cuihu",
            "按标签写 | by labels",
        ),
        (
            "aftercare new visits date=2025-03-08 staff=S01 method=phone --office cuihu --dry-run",
            "先看看会加上哪一行 | see which line would be added",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let schema = session.schema()?;
        let name = &kinds::named(&schema, &self.kind)?.name;
        let Some(kind) = schema.kind(name) else {
            return Ok(2);
        };
        let root = session.root()?;
        let office = office(session, &root)?;
        let config = workspace::read_config(&root, &office.1)?;
        let addition = add::prepare(
            add::Request {
                root: &root,
                office,
                config,
                kind,
                fields: &self.fields,
                as_of: session.as_of()?,
            },
            &schema,
        )?;
        if !self.dry_run {
            addition.write()?;
        }
        say(session, &addition, self.dry_run)?;
        Ok(0)
    }
}

/// The office that gets the record: the one that is named, or the only one.
fn office(
    session: &Session<'_>,
    root: &std::path::Path,
) -> Result<(String, std::path::PathBuf), Failure> {
    let all = workspace::offices(root);
    let names = || all.iter().map(|(id, _)| id.as_str());
    let listed = names().collect::<Vec<_>>().join("、");
    match session.common.office.as_slice() {
        [] if all.len() == 1 => {}
        [] if all.is_empty() => {
            return Err(pipeline::no_office());
        }
        [] => {
            return Err(Failure::usage(
                "有好几个单位，要用 --office 写明是哪一个",
                "there are several offices: say which with --office",
            )
            .helped(
                format!("有：{listed}"),
                format!("they are {}", listed.replace('、', ", ")),
            ));
        }
        [id] => {
            let found = all.iter().find(|(known, _)| known == id).cloned();
            return found.ok_or_else(|| pipeline::unknown_office(id, &all));
        }
        _ => {
            return Err(Failure::usage(
                "一条记录只能加到一个单位",
                "a record goes to one office alone",
            ));
        }
    }
    all.into_iter()
        .next()
        .ok_or_else(|| Failure::usage("没有单位", "no office"))
}

fn say(session: &mut Session<'_>, addition: &Addition, dry: bool) -> Result<(), Failure> {
    let (lang, quiet) = (session.lang, session.common.quiet);
    let Addition {
        id,
        path,
        line,
        added,
        ..
    } = addition;
    sink::stream(session.out, |out| {
        if quiet && !dry {
            return writeln!(out, "{}", safe(id));
        }
        if !quiet {
            let said = if dry {
                lang.pick("会加上", "Would add")
            } else {
                lang.pick("加好了", "Added")
            };
            writeln!(out, "{said} {}  {}:{line}", safe(id), safe(path))?;
        }
        added
            .lines()
            .try_for_each(|line| writeln!(out, "{}", safe(line)))
    })
}
