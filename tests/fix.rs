//! `check --fix`: what is mended, what is left alone, and that nothing else of a file changes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;

use aftercare::cli::{Outside, run};
use proptest::prelude::*;
use tempfile::TempDir;

const STAFF: &str = "编号,姓名,岗位\nS-1,王芳,主管\nS-2,李强,维修人员\n";

fn workspace(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let office = "name: 示例\npolicies: []\n".as_bytes();
    for (name, bytes) in files.iter().chain(&[("office.yaml", office)]) {
        let path = folder.path().join("records/o").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn bytes(w: &TempDir, name: &str) -> Vec<u8> {
    std::fs::read(w.path().join("records/o").join(name)).unwrap()
}

fn text(w: &TempDir, name: &str) -> String {
    String::from_utf8(bytes(w, name)).unwrap()
}

/// Runs `check` with options; gives the exit status and what was said, the error stream last.
fn check(folder: &Path, args: &[&str], mut input: Option<&mut dyn BufRead>) -> (u8, String) {
    let input = input.as_mut().map(|i| &mut **i as &mut dyn BufRead);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["aftercare", "check", "--as-of", "2025-12-31"]
        .iter()
        .chain(args)
        .map(Into::into);
    let status = run(
        args.collect(),
        Outside {
            out: &mut out,
            err: &mut err,
            input,
            colour: (false, false),
            now: &|| chrono::DateTime::UNIX_EPOCH,
            here: folder.to_path_buf(),
        },
    );
    out.extend(err);
    (status, String::from_utf8(out).unwrap())
}

fn fixed(w: &TempDir) -> (u8, String) {
    check(w.path(), &["--fix", "--yes"], None)
}

const SLIPPED: &str =
    "编号,姓名,岗位,入职日期\nS-1 ,　王芳,主管,2020年3月1日\nS-2,李强,维修人员,3/4/2020\n";

#[test]
fn the_change_is_shown_and_written_after_a_yes_alone() {
    let w = workspace(&[("staff.csv", SLIPPED.as_bytes())]);
    let (status, diff) = check(w.path(), &["--diff"], None);
    assert_eq!(status, 1);
    insta::assert_snapshot!(diff, @r"
    --- records/o/staff.csv
    +++ records/o/staff.csv
    @@ -2 +2 @@ 人员 S-1 编号「S-1 」→「S-1」，姓名「　王芳」→「王芳」，入职日期「2020年3月1日」→「2020-03-01」
    -S-1 ,　王芳,主管,2020年3月1日
    +S-1,王芳,主管,2020-03-01
    可以改 1 个文件里的 3 处；用 check --fix 写入。
    ");
    let (status, said) = check(w.path(), &["--fix", "--lang", "en"], None);
    assert_eq!(status, 1);
    assert!(
        said.contains("@@ -2 +2 @@ staff S-1 id `S-1 ` -> `S-1`, name"),
        "{said}"
    );
    assert!(said.contains("Nothing was written"), "{said}");
    for no in ["n\n", "\n", "", "yess\n"] {
        let (status, said) = check(w.path(), &["--fix"], Some(&mut no.as_bytes()));
        assert!(status == 1 && said.contains("[y/N] 没有写"), "{said}");
    }
    assert_eq!(text(&w, "staff.csv"), SLIPPED);
    let (status, said) = check(w.path(), &["--fix"], Some(&mut "Y\n".as_bytes()));
    assert!(
        said.contains("改好了 1 个文件里的 3 处") && said.contains("3/4/2020"),
        "{said}"
    );
    assert_eq!(status, 1, "what nobody can guess is still told");
    let expected = SLIPPED.replace("S-1 ,　王芳,主管,2020年3月1日", "S-1,王芳,主管,2020-03-01");
    assert_eq!(text(&w, "staff.csv"), expected);
    assert_eq!(
        check(w.path(), &["--diff"], None),
        (0, "没有可以自动改的地方。\n".into())
    );
    assert_eq!(check(w.path(), &["--diff", "-q"], None), (0, String::new()));
}

#[test]
fn options_that_make_no_sense_together_are_refused() {
    let w = workspace(&[("staff.csv", SLIPPED.as_bytes())]);
    for args in [
        ["--fix", "--diff"].as_slice(),
        &["--yes"],
        &["--diff", "--yes"],
        &["--diff", "--strict"],
        &["--write-baseline", "x", "--format", "json"],
    ] {
        assert_eq!(check(w.path(), args, None).0, 2, "{args:?}");
    }
    for how in ["--fix", "--diff"] {
        for (other, value) in [
            ("--since", "HEAD"),
            ("--format", "json"),
            ("--output", "x"),
            ("--baseline", "x"),
            ("--write-baseline", "x"),
        ] {
            let (status, said) = check(w.path(), &[how, other, value, "--lang", "en"], None);
            assert_eq!(status, 2, "{how} {other}");
            assert!(said.contains(how) && said.contains(other), "{said}");
            assert!(said.contains("run the command twice"), "{said}");
        }
    }
    assert_eq!(text(&w, "staff.csv"), SLIPPED);
}

#[test]
fn only_the_files_that_are_named_change() {
    let visit = "编号,回访时间,回访人,回访方式\nV-1,2025/3/1,S-1,电话\n";
    let files = [
        ("staff.csv", SLIPPED.as_bytes()),
        ("visits/1.csv", visit.as_bytes()),
        (
            "visits/2.csv",
            "编号,回访时间,回访人,回访方式\nV-2,2025/3/2,S-1,电话\n".as_bytes(),
        ),
    ];
    let w = workspace(&files);
    let (_, said) = check(
        w.path(),
        &["--fix", "--yes", "records/o/visits/1.csv"],
        None,
    );
    assert!(said.contains("1 个文件里的 1 处"), "{said}");
    assert_eq!(
        text(&w, "visits/1.csv"),
        visit.replace("2025/3/1", "2025-03-01")
    );
    assert_eq!(text(&w, "staff.csv"), SLIPPED);
    assert!(text(&w, "visits/2.csv").contains("2025/3/2"));
}

#[test]
fn ids_and_what_names_them_change_together() {
    let staff = "编号,姓名,岗位\nＳ－１,王芳,主管\nＳ－２,李强,主管\nS-2,赵敏,主管\n";
    let customers = "编号,名称,责任人\nＣ－１,翠湖（一期）,Ｓ－１\nC-2,张伟,Ｓ－２\n";
    let visits = "- id: V-1\n  date: 2025-03-01\n  staff: S-1\n  customer: Ｃ－１\n  method: 电话\n- id: V-2\n  date: 2025-03-01\n  staff: Ｓ－１\n  customer: 翠湖（一期）\n  method: 电话\n";
    let files = [
        ("staff.csv", staff.as_bytes()),
        ("customers.csv", customers.as_bytes()),
        ("visits.yaml", visits.as_bytes()),
    ];
    let w = workspace(&files);
    let (status, said) = fixed(&w);
    assert_eq!(status, 0, "{said}");
    assert_eq!(
        text(&w, "staff.csv"),
        staff.replace("Ｓ－１", "S-1"),
        "S-2 is another's"
    );
    let customers = customers.replace("Ｓ－１", "S-1").replace("Ｃ－１", "C-1");
    assert_eq!(text(&w, "customers.csv"), customers, "a name stays");
    let visits = visits.replace("Ｓ－１", "S-1").replace("Ｃ－１", "C-1");
    assert_eq!(text(&w, "visits.yaml"), visits);
}

#[test]
fn what_could_mean_two_things_stays() {
    let kept = "编号,报修时间,派工时间,收费,报修人,维修内容,维修地点,保修\n\
        R-1,3/4/2025,2025-03-01T14:30+08:00,\"1,280.50\",（张伟）,“漏水”,3 栋（南）,Y\n\
        R-2,45717,2025-03-01 14:30:05.25,约８０,ｔｅｓｔ,２０２５年３月１日,#N/A,—\n\
        R-3,2025-03-01,1.23E+11,２００，\"x\",\"\"\"y\"\"\",,\n";
    let yaml = "- {id: V-1, date: '2025-03-01', staff: \"S-1\", method: 电话, content: |\n    他说  \n    好 \n  }\n- id: &a V-2\n  date: 2025-03-01\n  staff: S-1\n  method: 电话\n  content: \u{a0}- 一\n  opinion: '他说: 好\u{a0}'\n  place: \"a\\tb \"\n";
    let yaml = yaml.replace("{id: V-1, date: '2025-03-01', staff: \"S-1\", method: 电话, content: |\n    他说  \n    好 \n  }", "id: V-1\n  date: '2025-03-01'\n  staff: \"S-1\"\n  method: 电话\n  content: |\n    他说  \n    好 ");
    let files = [
        ("repairs.csv", kept.as_bytes()),
        ("visits.yaml", yaml.as_bytes()),
        ("staff.csv", STAFF.as_bytes()),
    ];
    let w = workspace(&files);
    fixed(&w);
    assert_eq!(text(&w, "repairs.csv"), kept);
    assert_eq!(text(&w, "visits.yaml"), yaml.replace("好\u{a0}'", "好'"));
}

/// Changes a file while the question is asked.
struct Meanwhile(std::path::PathBuf);

impl Read for Meanwhile {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}

impl BufRead for Meanwhile {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        std::fs::write(&self.0, "别人写的").unwrap();
        Ok(b"y\n")
    }
    fn consume(&mut self, _: usize) {}
}

#[test]
fn what_somebody_else_writes_meanwhile_is_safe() {
    let visit = "编号,回访时间,回访人,回访方式\nV-1,2025/3/1,S-1,电话\n";
    let files = [
        ("staff.csv", SLIPPED.as_bytes()),
        ("visits.csv", visit.as_bytes()),
    ];
    let w = workspace(&files);
    let mut other = Meanwhile(w.path().join("records/o/visits.csv"));
    let (status, said) = check(w.path(), &["--fix"], Some(&mut other));
    assert!(status == 3 && said.contains("刚刚被别人改过"), "{said}");
    assert_eq!(text(&w, "visits.csv"), "别人写的");
    assert_eq!(text(&w, "staff.csv"), SLIPPED, "all files or none");
    let left: Vec<_> = std::fs::read_dir(w.path().join("records/o"))
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

/// A value as it should be, and as a clerk wrote it.
type Value = (String, String);

fn wide(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        c => c,
    };
    text.chars().map(wide).collect()
}

/// A value with space around it, or not.
fn spaced(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let space = || prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\u{a0}"), 1 => Just("　"), 1 => Just(" \u{200b}")];
    (space(), value, space()).prop_map(|(a, (clean, slip), b)| {
        let slip = if clean.is_empty() {
            String::new()
        } else {
            format!("{a}{slip}{b}")
        };
        (clean, slip)
    })
}

fn word(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let one = prop::sample::select(texts).prop_map(|t| (t.to_owned(), t.to_owned()));
    spaced(one)
}

/// What may be written in full width.
fn figure(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let one = (prop::sample::select(texts), any::<bool>());
    spaced(one.prop_map(|(t, w)| (t.to_owned(), if w { wide(t) } else { t.to_owned() })))
}

fn date() -> impl Strategy<Value = Value> {
    let one = (2015..2025, 1..13, 1..29, 0..6).prop_map(|(y, m, d, how)| {
        let clean = format!("{y}-{m:02}-{d:02}");
        let slip = match how {
            0 => format!("{y}/{m}/{d}"),
            1 => format!("{y}年{m}月{d}日"),
            2 => format!("{y}.{m}.{d}"),
            3 => wide(&clean),
            // Month and day cannot be told apart.
            4 => return (format!("{d}/{m}/{y}"), format!("{d}/{m}/{y}")),
            _ => clean.clone(),
        };
        (clean, slip)
    });
    spaced(one)
}

const TEXTS: &[&str] = &[
    "",
    "他说：“好”",
    "２０２５年",
    "x,y;z\tw",
    "a\"b",
    "行一\n行二",
    "3/4/2025",
    "—",
    "（无）",
    "=1+1",
    "1,280.50",
];
const FIELDS: [&str; 7] = [
    "编号",
    "报修时间",
    "报修人",
    "联系电话",
    "维修次数",
    "收费",
    "备注",
];

fn row() -> impl Strategy<Value = Vec<Value>> {
    (
        date(),
        word(&["张伟", "（张伟）", "O'Neil \"x\"", ""]),
        figure(&["13800000001", "0571-88880001", ""]),
        figure(&["2", "12", ""]),
        figure(&["80", "1280.5", "-5", ""]),
        word(TEXTS),
    )
        .prop_map(|(a, b, c, d, e, f)| vec![a, b, c, d, e, f])
}

#[derive(Clone, Debug)]
struct Sheet {
    rows: Vec<Vec<Value>>,
    quoted: Vec<bool>,
    separator: char,
    eol: &'static str,
    last: bool,
    encoding: u8,
}

fn sheet() -> impl Strategy<Value = Sheet> {
    (
        prop::collection::vec(row(), 1..6),
        prop::collection::vec(any::<bool>(), 7),
        prop::sample::select(vec![',', ';', '\t']),
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
        any::<bool>(),
        0u8..5,
    )
        .prop_map(|(rows, quoted, separator, eol, last, encoding)| Sheet {
            rows,
            quoted,
            separator,
            eol,
            last,
            encoding,
        })
}

impl Sheet {
    /// The file as clerks wrote it, or as it should be. Whether a cell is quoted depends on neither.
    fn bytes(&self, slipped: bool) -> Vec<u8> {
        let special = |t: &str| t.contains(['"', '\n', '\r', ',', ';', '\t']);
        let mut text = FIELDS.join(&self.separator.to_string()) + self.eol;
        for (n, row) in self.rows.iter().enumerate() {
            let id = (format!("R-{n}"), format!("R-{n}"));
            let cells = std::iter::once(&id).chain(row).zip(&self.quoted);
            let cells = cells.map(|((clean, slip), quoted)| {
                let t = if slipped { slip } else { clean };
                if *quoted || special(clean) || special(slip) {
                    format!("\"{}\"", t.replace('"', "\"\""))
                } else {
                    t.clone()
                }
            });
            text += &cells.collect::<Vec<_>>().join(&self.separator.to_string());
            if self.last || n + 1 < self.rows.len() {
                text += self.eol;
            }
        }
        let utf16 = |of: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            let units = text.encode_utf16().flat_map(of);
            mark.into_iter().chain(units).collect()
        };
        match self.encoding {
            0 => text.into_bytes(),
            1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            2 => encoding_rs::GB18030.encode(&text).0.into_owned(),
            3 => utf16(u16::to_le_bytes, [0xff, 0xfe]),
            _ => utf16(u16::to_be_bytes, [0xfe, 0xff]),
        }
    }
}

/// A YAML list of the same records, each value in the quotation marks that its turn gives it.
fn yaml(rows: &[Vec<Value>], turn: usize, slipped: bool) -> String {
    let mut out = "# 登记\n".to_owned();
    for (n, row) in rows.iter().enumerate() {
        out += &format!("- 编号: R-{n} # 第 {n} 条\n");
        for (i, (name, (clean, slip))) in FIELDS[1..].iter().zip(row).enumerate() {
            let t = if slipped { slip } else { clean };
            // What YAML would read as something else stays away; it has tests of its own.
            if clean.contains(['"', '\n', '\t', '\'', '=', '—']) || clean.is_empty() {
                continue;
            }
            let plain = slip.trim_matches(' ') == slip && !clean.starts_with(['-', '“']);
            match (turn + i + n) % 3 {
                0 => out += &format!("  {name}: \"{t}\"\n"),
                1 => out += &format!("  {name}: '{t}' \n"),
                _ if plain => out += &format!("  {name}:   {t}\n"),
                _ => out += &format!("  {name}: '{t}'\n"),
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn only_slips_change_and_nothing_else_of_a_sheet(sheet in sheet()) {
        let w = workspace(&[("repairs.csv", &sheet.bytes(true))]);
        fixed(&w);
        prop_assert_eq!(bytes(&w, "repairs.csv"), sheet.bytes(false));
        let (status, said) = check(w.path(), &["--diff"], None);
        prop_assert_eq!((status, said.as_str()), (0, "没有可以自动改的地方。\n"));
    }

    #[test]
    fn only_slips_change_and_nothing_else_of_yaml(rows in prop::collection::vec(row(), 1..5), turn in 0usize..3) {
        let w = workspace(&[("repairs.yaml", yaml(&rows, turn, true).as_bytes())]);
        fixed(&w);
        prop_assert_eq!(text(&w, "repairs.yaml"), yaml(&rows, turn, false));
        prop_assert_eq!(check(w.path(), &["--diff"], None).0, 0);
    }

    #[test]
    fn no_file_gets_worse(csv in "[ab\",;\\n\\r 　２０0-9年/“”]{0,60}", doc in "[-a: '\"\\n　２{}\\[\\],#&*|]{0,60}") {
        let csv = format!("编号,报修时间,收费\n{csv}");
        let doc = format!("- id: R-1\n  received_at: {doc}");
        let w = workspace(&[("repairs/a.csv", csv.as_bytes()), ("repairs/b.yaml", doc.as_bytes())]);
        let findings = |w: &TempDir| {
            let (_, json) = check(w.path(), &["--format", "json"], None);
            let json: serde_json::Value = serde_json::from_str(&json).unwrap();
            let mut lines: BTreeMap<String, usize> = BTreeMap::new();
            for f in json["findings"].as_array().unwrap() {
                *lines.entry(format!("{} {} {}", f["file"], f["line"], f["rule"])).or_default() += 1;
            }
            lines
        };
        let before = findings(&w);
        let (status, said) = fixed(&w);
        prop_assert!(status < 2, "{}", said);
        for (finding, n) in findings(&w) {
            prop_assert!(before.get(&finding).is_some_and(|b| *b >= n), "{finding}");
        }
        prop_assert_eq!(check(w.path(), &["--diff"], None).0, 0);
    }
}
