//! `blank FORM`: the empty form as a PDF, for those who start on paper.

use std::path::PathBuf;

use super::session::Session;
use super::{Command, sink};
use crate::document::form::{self, Form, Forms};
use crate::document::{Engine, Fonts};
use crate::door;
use crate::finding::Place;
use crate::pipeline::Failure;
use crate::table::OfficeConfig;
use crate::text::nearest;

/// What `blank` takes.
#[derive(clap::Args)]
pub(crate) struct Blank {
    /// 哪种表单；aftercare forms 列出全部 | which form; `aftercare forms` lists all
    #[arg(value_name = "FORM")]
    form: String,
    /// 写进这个文件；不写就是当前文件夹里的 FORM.pdf | write to this file; else FORM.pdf in the current folder
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Command for Blank {
    const NAME: &'static str = "blank";
    const ABOUT: &'static str =
        "做一份空白表单（PDF），先在纸上填写 | Makes an empty form (PDF) to be filled in by hand";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare blank complaint-record",
            "写成 complaint-record.pdf | writes complaint-record.pdf",
        ),
        (
            "aftercare blank survey-form --office yunqi -o 调查表.pdf",
            "印上云栖苑的名称和表单编号 | with one office's name and form number",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let schema = session.schema()?;
        let templates = session.templates()?;
        let packs = session.packs()?;
        let forms = Forms::compile(&templates, &schema, &packs)?;
        let form = named(&forms, &self.form)?;
        let config = config(session);
        let recipe = form::blank(&config, &schema, &forms, &packs, form)
            .map_err(|e| Failure::program(e.to_string(), e.to_string()))?;
        let fonts = match session.workspace() {
            Some(root) => door::fonts(root)?,
            None => Vec::new(),
        };
        let fonts = fonts.into_iter().map(|(_, bytes)| bytes).collect();
        let engine = Engine::new(&templates, Fonts::new(fonts))?;
        let pdf = engine.render(&recipe)?;
        let file = self.output.unwrap_or_else(|| PathBuf::from(&recipe.path));
        sink::file(&session.here.join(&file), |out| out.write_all(&pdf))?;
        if !session.common.quiet {
            let lang = session.lang;
            let said = lang.pick("写好了", "Written");
            sink::stream(session.out, |out| {
                writeln!(out, "{said}: {}", file.display())
            })?;
        }
        Ok(0)
    }
}

fn named<'f>(forms: &'f Forms, id: &str) -> Result<&'f Form, Failure> {
    let titled = || forms.iter().find(|f| f.title.zh == id);
    forms.get(id).or_else(titled).ok_or_else(|| {
        let failure = Failure::usage(
            format!("没有「{id}」这种表单"),
            format!("there is no form `{id}`"),
        );
        match nearest(id, forms.iter().map(|f| f.id.as_str())) {
            None => failure.helped(
                "aftercare forms 列出全部表单",
                "`aftercare forms` lists all forms",
            ),
            near => failure.suggesting(near),
        }
    })
}

/// The office that is asked for, or the only one there is; else nobody's form.
fn config(session: &Session<'_>) -> OfficeConfig {
    let asked = &session.common.office;
    let mut own = session
        .offices
        .iter()
        .filter(|(id, _)| asked.is_empty() || asked.contains(id))
        .map(|(_, config)| config);
    let mut config = match (own.next(), own.next()) {
        (Some(only), None) => only.clone(),
        _ => OfficeConfig::new(Place::default()),
    };
    config.lang = session.lang;
    config
}
