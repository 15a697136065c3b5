//! `import`: a .csv or .xlsx of another system into records, with every row that was not taken and why.

use std::path::PathBuf;

use super::session::Session;
use super::{Command, sink};
use crate::import::{self, Outcome, Request};
use crate::pipeline::Failure;
use crate::report::safe;

/// What `import` takes.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// 别的系统导出的 .csv 或 .xlsx | the .csv or .xlsx of another system
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 记录类别，如 repairs；对照表里写了就可以不写 | the kind of record, such as repairs, unless the map says it
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<String>,
    /// 对照表：文件，或自带的名字；不写就按表头里的栏目名 | the map: a file, or the name of one built in; else headers that are fields
    #[arg(long, value_name = "MAP")]
    map: Option<String>,
    /// 导入哪个单位（records/ 下的文件夹名）；只有一个单位时可以不写 | the office that receives them (its folder below records/), where there are several
    #[arg(long, value_name = "OFFICE")]
    into: Option<String>,
    /// 单位还没有：按这个名称新建 | the office does not exist yet: make it, with this name
    #[arg(long, value_name = "NAME")]
    new_office: Option<String>,
    /// 写成 import-NAME.csv；不写就用来源的文件名 | write import-NAME.csv; else the source's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// 没收下的每一行写进这个 .csv | write every row that was not taken to this .csv
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// 只看结果，不写记录 | write no records
    #[arg(long)]
    dry_run: bool,
    /// 先看头几条会变成什么样，不写记录 | show what the first records would become, write none
    #[arg(long)]
    preview: bool,
    /// .xlsx 里的哪一张工作表；不写就按对照表，或是第一张 | which sheet of an .xlsx; else the map's, or the first
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 按表头猜一份对照表，打印出来供修改，不导入 | print a map guessed from the headers, to be edited; import nothing
    #[arg(long, conflicts_with_all = ["map", "into", "new_office", "report", "preview"])]
    print_map: bool,
    /// 目标文件已有也整个覆盖，连同后来手改的 | overwrite the whole file that is there, with what people changed in it
    #[arg(long)]
    force: bool,
}

impl Command for Import {
    const NAME: &'static str = "import";
    const ABOUT: &'static str = "把别的系统导出的表变成记录，逐行说明收不下的 | Turns another system's table into records and says which rows it could not take";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare import 维修单.xlsx --as repairs --map 对照.yaml --into cuihu",
            "按对照表导入翠湖的维修 | import repairs of one office by a map",
        ),
        (
            "aftercare import 留言.xlsx --map citizen-letters --into xinxiang --new-office 市长信箱",
            "用自带的对照表，并新建单位 | with a built-in map, into a new office",
        ),
        (
            "aftercare import old.csv --as visits --into cuihu --dry-run --report 退回.csv",
            "先试一遍，退回的行另存 | try first, and list what would be refused",
        ),
        (
            "aftercare import 维修单.xlsx --as repairs --sheet 明细 --print-map > 对照.yaml",
            "猜一份对照表，改好后用 --map | guess a map, to be edited and used with --map",
        ),
        (
            "aftercare import 维修单.xlsx --map 对照.yaml --into cuihu --preview",
            "看看头几条会变成什么样 | see what the first records would become",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        if self.print_map {
            let request = Request {
                here: session.here.clone(),
                file: self.file,
                kind: self.kind,
                sheet: self.sheet,
                ..Request::default()
            };
            let map = import::guess(&request, session.lang)?;
            sink::stream(session.out, |out| out.write_all(map.as_bytes()))?;
            return Ok(0);
        }
        if let Some(path) = &self.report {
            sink::ready(&session.here.join(path))?;
        }
        let root = match &self.new_office {
            // The first office of a workspace makes its records/.
            Some(_) => session.workspace().unwrap_or(&session.here).to_path_buf(),
            None => session.root()?,
        };
        let outcome = import::run(&Request {
            root,
            here: session.here.clone(),
            file: self.file,
            kind: self.kind,
            map: self.map,
            into: self.into,
            new_office: self.new_office,
            name: self.name,
            force: self.force,
            dry_run: self.dry_run || self.preview,
            sheet: self.sheet,
        })?;
        if let Some(path) = &self.report {
            let table = import::table(&outcome, session.lang);
            sink::file(&session.here.join(path), |out| out.write_all(&table))?;
        }
        if self.preview {
            let text = import::preview(&outcome, session.lang);
            sink::stream(session.out, |out| {
                text.lines()
                    .try_for_each(|line| writeln!(out, "{}", safe(line)))
            })?;
        }
        say(session, &outcome)?;
        Ok(outcome.status())
    }
}

fn say(session: &mut Session<'_>, outcome: &Outcome) -> Result<(), Failure> {
    let text = import::text(outcome, session.lang);
    let lines = if session.common.quiet { 1 } else { usize::MAX };
    sink::stream(session.out, |out| {
        text.lines()
            .take(lines)
            .try_for_each(|line| writeln!(out, "{}", safe(line)))
    })
}
