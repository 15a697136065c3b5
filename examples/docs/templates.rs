//! `docs/templates.md`: what templates see and what manifests may say, from the types that hold it.

use super::keys::tables;

const TEXT: &str = include_str!("templates.txt");

/// The page.
///
/// # Errors
/// A type that is named here and not there, or a key without a docstring.
pub fn page() -> Result<String, String> {
    let report = include_str!("../../src/document/report/manifest.rs");
    let statistics = [
        include_str!("../../src/statistics/flow.rs"),
        include_str!("../../src/statistics/population.rs"),
        include_str!("../../src/statistics/group.rs"),
    ];
    let block = include_str!("../../src/document/report/block.rs");
    let form = include_str!("../../src/document/form/definition.rs");
    let mut manifest = tables(
        report,
        &[
            ("Manifest", "A report"),
            ("Whole", "`scope`"),
            ("Per", "`per`"),
            ("Section", "`sections`"),
            ("Only", "`only`"),
            ("WrittenBlock", "`blocks`: one of these"),
            ("Sentence", "`say`"),
            ("KeyFigure", "`figures`"),
            ("FlowTable", "`flows`"),
            ("FlowBy", "`flow_by`"),
            ("FlowTrend", "`flow_trend`"),
            ("Classes", "`classes`"),
            ("AnswersOf", "`answers`, a block"),
            ("AnswersBy", "`answers_by`"),
            ("AnswersTrend", "`answers_trend`"),
            ("Repeats", "`repeats`"),
            ("Records", "`records`"),
            ("Unnamed", "`unnamed`"),
            ("ListColumn", "`columns` of `records`"),
            ("FindingsOf", "`findings`"),
            ("Which", "`which`"),
            ("Due", "`due`"),
            ("Captioned", "`policies`, `rates`, `agenda`"),
            ("Worst", "`worst`"),
            ("WorstBy", "`by` of `worst`"),
            ("Sums", "`sums`"),
            ("Amount", "`sum` and `against`"),
            ("Offices", "`offices`"),
            ("Show", "`show`"),
        ],
    )?;
    let answers = include_str!("../../src/statistics/answers.rs");
    manifest += &tables(answers, &[("WrittenAnswers", "`answers`")])?;
    manifest += &tables(statistics[0], &[("WrittenFlow", "A flow")])?;
    manifest += &tables(
        statistics[1],
        &[("WrittenPopulation", "`population`, `asked`")],
    )?;
    manifest += &tables(statistics[2], &[("WrittenKey", "`key`")])?;
    let data = tables(
        block,
        &[
            ("Doc", "The data of a report"),
            ("Day", "`date`"),
            ("File", "`files`"),
            ("Part", "`sections`"),
            ("Block", "`blocks`: their `kind`"),
            ("KeyFigure", "`figures`: `items`"),
            ("Table", "`table`"),
            ("Head", "`head`"),
            ("Row", "`rows`"),
            ("Cell", "`cells`"),
        ],
    )?;
    let sheet = include_str!("../../src/document/form/sheet.rs");
    let sheets = tables(
        sheet,
        &[
            ("Sheet", "The data of a form"),
            ("Line", "`head`, `foot`, `code`"),
            ("Block", "`blocks`: their `kind`"),
            ("Cell", "A cell of a grid"),
            ("Content", "… and its `kind`"),
            ("Choice", "`options`"),
            ("Picture", "`photos`: a photograph"),
            ("Entry", "A line of a table"),
            ("Value", "A cell of a table"),
            ("Attached", "`attachment`"),
        ],
    )?;
    let forms = tables(
        form,
        &[
            ("Form", "A form"),
            ("Row", "`rows`"),
            ("Cell", "`cells`"),
            ("Images", "`images`"),
            ("Show", "`kind`"),
            ("From", "Records: `from`, `count`, `of`"),
            ("Sum", "`sum`"),
            ("Share", "`share`"),
            ("Table", "`table`"),
            ("Column", "`columns` of a table"),
            ("Matrix", "`matrix`"),
            ("Distribution", "`distribution`"),
        ],
    )?;
    Ok(TEXT
        .replace("{{REPORT}}", manifest.trim_end())
        .replace("{{SHEET}}", sheets.trim_end())
        .replace("{{DATA}}", data.trim_end())
        .replace("{{FORM}}", forms.trim_end()))
}
