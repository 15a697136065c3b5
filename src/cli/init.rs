//! `init [DIR]`: a new office.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::session::Session;
use super::{Command, sink};
use crate::document::Templates;
use crate::door;
use crate::init::{self, Ci, Plan};
use crate::load::moment;
use crate::moment::Moment;
use crate::pipeline::Failure;
use crate::policy::Packs;
use crate::report::safe;
use crate::text::Lang;

/// What `init` takes.
#[derive(clap::Args)]
pub(crate) struct Init {
    /// 工作区的文件夹，没有就新建；不写就是当前文件夹 | the workspace's folder, made if it is not there; else the current one
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// 单位名称，印在每张表上 | what the office is called, printed on every document
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// 启用日期，此前到期的不查；不写就从本月一日起 | nothing that fell due before this day is judged; else the first of the month
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// 每次提交由谁核对：github、gitlab 或 none | who checks each change: github, gitlab or none
    #[arg(
        long,
        value_name = "FORGE",
        default_value = "github",
        hide_default_value = true,
        hide_possible_values = true
    )]
    ci: Ci,
}

impl Command for Init {
    const NAME: &'static str = "init";
    const ABOUT: &'static str = "新建一个单位：office.yaml、各类记录的空表、CI 和编辑器的设置 | Makes a new office: office.yaml, empty tables, files for CI and editors";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare init 翠湖 --name 翠湖花园管理处 --policy ID --policy ID",
            "在「翠湖」文件夹里新建，采用两项制度；aftercare policies 列出编号 | in the folder 翠湖, with two policies; `aftercare policies` lists their ids",
        ),
        (
            "aftercare init --office xinhu --name 新湖管理处 --policy ID --since 2026-01-01",
            "在现有工作区里再加一个单位 | one more office in a workspace",
        ),
        (
            "aftercare init",
            "在终端上运行，会一项一项地问 | at a terminal, it asks",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let root = match (&self.folder, session.workspace()) {
            (Some(folder), _) => session.here.join(folder),
            (None, Some(root)) => root.to_path_buf(),
            (None, None) => session.here.clone(),
        };
        let office = match session.common.office.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            _ => {
                return Err(Failure::usage(
                    "一次只新建一个单位：--office 只写一个",
                    "one office at a time: name one with --office",
                ));
            }
        };
        let since = self.since.as_deref().map(day).transpose()?;
        let as_of = session.as_of()?;
        let schema = session.schema()?;
        let packs = Packs::for_workspace(&root, &schema)?;
        let mut templates = Templates::embedded();
        for (path, bytes) in door::templates(&root)? {
            templates.insert(path, bytes);
        }
        let name = match &self.name {
            Some(name) => name.trim().to_owned(),
            None => ask_name(session)?,
        };
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(no_name());
        }
        let policies = match session.common.policy.clone() {
            none if none.is_empty() => ask_policies(session, &packs)?,
            some => unique(some),
        };
        let request = init::Request {
            root: &root,
            office: &office,
            name: &name,
            policies: &policies,
            since,
            as_of,
            ci: self.ci,
            lang: session.lang,
        };
        let plan = init::plan(&request, (&schema, &packs, &templates))?;
        plan.write()?;
        say(session, &request, &plan, self.folder.as_deref())?;
        Ok(0)
    }
}

fn day(said: &str) -> Result<chrono::NaiveDate, Failure> {
    let read = moment(said, false, chrono_tz::Asia::Shanghai).map(Moment::date);
    read.ok_or_else(|| {
        Failure::usage(
            format!("--since 的「{said}」不是一个明确的日期"),
            format!("`{said}` of --since is no unambiguous date"),
        )
        .helped("如 2026-01-01", "such as 2026-01-01")
    })
}

fn unique(all: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

fn no_name() -> Failure {
    Failure::usage(
        "要写单位名称：它印在每张表上",
        "the office needs a name: it is printed on every document",
    )
    .helped(
        "加 --name，如 --name 翠湖花园管理处",
        "add --name, such as --name \"Lakeside Court\"",
    )
}

fn ask_name(session: &mut Session<'_>) -> Result<String, Failure> {
    let lang = session.lang;
    let asked = lang.pick("单位名称：", "What is the office called? ");
    answer(session, asked)?.ok_or_else(no_name)
}

/// The policies by number or id, from a list.
fn ask_policies(session: &mut Session<'_>, packs: &Packs) -> Result<Vec<String>, Failure> {
    let none = || {
        Failure::usage("要写采用哪些制度", "say which policies it adopts").helped(
            "加 --policy，可写多次；aftercare policies 列出全部",
            "add --policy, once for each; `aftercare policies` lists them all",
        )
    };
    if session.input.is_none() {
        return Err(none());
    }
    let lang = session.lang;
    let all: Vec<(&str, &str)> = packs
        .iter()
        .map(|p| (p.id.as_str(), p.title.get(lang)))
        .collect();
    sink::stream(session.out, |out| {
        let mut numbered = (1..).zip(&all);
        numbered.try_for_each(|(n, (id, title))| writeln!(out, "{n:>3}  {title}  {id}"))
    })?;
    let asked = lang.pick(
        "采用哪些制度（写号码，几项之间用逗号）：",
        "Which policies (numbers, with commas)? ",
    );
    let said = answer(session, asked)?.ok_or_else(none)?;
    let words = said.split([',', '，', '、', ' ', ';', '；']);
    let chosen = words.filter(|w| !w.is_empty()).map(|word| {
        let at = word.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        match at {
            None => Ok(word.to_owned()),
            Some(at) => all.get(at).map(|p| p.0.to_owned()).ok_or_else(|| {
                Failure::usage(
                    format!("没有第 {word} 项"),
                    format!("there is no number {word}"),
                )
            }),
        }
    });
    chosen.collect::<Result<Vec<_>, _>>().map(unique)
}

/// A line from the terminal; nothing when nobody answers.
fn answer(session: &mut Session<'_>, question: &str) -> Result<Option<String>, Failure> {
    let Some(input) = session.input.as_deref_mut() else {
        return Ok(None);
    };
    sink::quiet(write!(session.out, "{question}").and_then(|()| session.out.flush()))?;
    line(input).map_err(|e| {
        Failure::program(
            format!("读不到回答：{e}"),
            format!("cannot read the answer: {e}"),
        )
    })
}

fn line(input: &mut dyn BufRead) -> std::io::Result<Option<String>> {
    let mut said = String::new();
    input.read_line(&mut said)?;
    let said = said.trim();
    Ok((!said.is_empty()).then(|| said.to_owned()))
}

fn say(
    session: &mut Session<'_>,
    request: &init::Request<'_>,
    plan: &Plan,
    folder: Option<&Path>,
) -> Result<(), Failure> {
    if session.common.quiet {
        return Ok(());
    }
    let (lang, verbose) = (session.lang, session.common.verbose);
    let (name, n) = (safe(request.name), request.policies.len());
    let (since, policies) = (plan.since, lang.pick("项制度", plural(n)));
    sink::stream(session.out, |out| {
        match lang {
            Lang::Zh => writeln!(out, "新建了「{name}」：采用 {n} {policies}，{since} 起")?,
            Lang::En => writeln!(out, "Made {name}: {n} {policies}, from {since} on")?,
        }
        // The many schemas are one line.
        let hidden = |p: &str| !verbose && p.starts_with(".vscode/aftercare/");
        let schemas = plan.paths().filter(|p| hidden(p)).count();
        for path in plan.paths().filter(|p| !hidden(p)) {
            writeln!(out, "  {}", safe(path))?;
        }
        if schemas > 0 {
            let files = lang.pick("个文件", "files");
            writeln!(out, "  .vscode/aftercare/  ({schemas} {files})")?;
        }
        if let Some(said) = remark(plan, lang) {
            writeln!(out, "{said}")?;
        }
        let place = folder.map_or(String::new(), |f| format!(" -C {}", f.display()));
        let office = match request.office {
            "" => String::new(),
            id => format!(" --office {id}"),
        };
        let (place, office) = (safe(&place), safe(&office));
        writeln!(
            out,
            "{}",
            lang.pick(
                "接下来：先填人员，再填其他，随时核对",
                "Next: staff first, then the rest; check at any time"
            )
        )?;
        writeln!(
            out,
            "  aftercare{place} new staff id=S01 name=… role=…{office}"
        )?;
        writeln!(out, "  aftercare{place} check")?;
        // Of a group only its first office brings the file.
        let ci = plan.paths().find(|p| Some(*p) == request.ci.path());
        ci.map_or(Ok(()), |path| {
            let said = lang.pick(
                format!("要在每次提交时核对，先填 {path} 开头的两行（aftercare 的仓库地址和版本）"),
                format!("To check each change, fill in the two lines at the top of {path} (where aftercare is built from)"),
            );
            writeln!(out, "{said}")
        })
    })
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "policy" } else { "policies" }
}

/// What the office begins with, where that is worth a word.
fn remark(plan: &Plan, lang: Lang) -> Option<String> {
    let Plan {
        since, findings, ..
    } = plan;
    match (plan.findings, plan.moved) {
        (0, false) => None,
        (0, true) => Some(lang.pick(
            format!("本月已有到期的事项，所以从 {since} 起；要从别的日子起就改 office.yaml 的 since"),
            format!("This month has obligations that fell due already, so it starts on {since}; change `since` in office.yaml for another day"),
        )),
        _ => Some(lang.pick(
            format!("从 {since} 起已有 {findings} 处到期未做，aftercare check 会列出"),
            format!("{findings} obligations fell due since {since}; `aftercare check` lists them"),
        )),
    }
}
