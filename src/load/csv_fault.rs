//! What can be wrong with a CSV file's rows and columns, in a clerk's words.

use super::fault::{Fault, shown, small};
use super::no_record::NoRecord;
use super::split::{Record, Unclosed};
use crate::schema::Kind;
use crate::text::{Bilingual, nearest};

pub(super) fn open_quote(at: usize) -> Fault {
    let message = Bilingual::new(
        "这个引号没有关上，这一行没有读",
        "this quotation mark is not closed; the row is not read",
    );
    let help = Bilingual::new(
        "在该格末尾补上引号，或去掉这个引号；格内要用引号时写两个。",
        "Close it at the end of the cell or remove it; inside a cell write it twice.",
    );
    Fault::parse((small(at), 1), message, help)
}

pub(super) fn given_up(unclosed: Unclosed) -> Fault {
    let message = Bilingual::new(
        "没有关上的引号太多，以下各行没有读",
        "too many quotation marks are not closed; the rows below are not read",
    );
    let help = Bilingual::new("先改正上面各处。", "Mend the places above first.");
    Fault::parse((small(unclosed.at), 1), message, help)
}

pub(super) fn stray_quote(at: usize) -> Fault {
    let message = Bilingual::new(
        "引号在格的中间关上了，后面还有文字",
        "the quotation mark closes in the middle of the cell",
    );
    let help = Bilingual::new("格内要用引号时写两个。", "Inside a cell write it twice.");
    Fault::parse((small(at), 1), message, help)
}

pub(super) fn too_wide(header: Record) -> Fault {
    let n = header.cells;
    let message = Bilingual::new(
        format!("第一行有 {n} 格，不像表头，这个文件没有读"),
        format!("the first line has {n} cells and is no header; the file is not read"),
    );
    let help = Bilingual::new(
        "第一行写各栏的名称，以下每行一条记录。",
        "Put the fields' names in the first line and one record in each line below.",
    );
    Fault::parse((small(header.start), 1), message, help)
}

pub(super) fn twice(name: &str, place: (u32, u32), (first, second): (usize, usize)) -> Fault {
    let name = shown(name);
    let message = Bilingual::new(
        format!("「{name}」这一列出现了两次（第 {first} 列和第 {second} 列），后一列没有读"),
        format!(
            "`{name}` stands here twice (columns {first} and {second}); the later one is not read"
        ),
    );
    let help = Bilingual::new(
        "内容相同就删去后一列；不同就把它的表头改成对的栏目。",
        "Remove the later one if both hold the same; else give it the name of its own field.",
    );
    Fault::parse(place, message, help).of(&name)
}

/// A title above the header: its first row, how many lines there are, and the header's own line.
pub(super) fn title_above(title: Record, lines: usize, header: usize) -> Fault {
    let message = Bilingual::new(
        format!("表头上面多了 {lines} 行，表头在第 {header} 行"),
        format!("{lines} line(s) stand above the header, which is line {header}"),
    );
    let help = Bilingual::new(
        "删去表头上面的标题和空行：第一行写各栏的名称，以下每行一条记录。",
        "Remove the title and empty lines above it: the first line names the fields, each line below is a record.",
    );
    let len = title.end - title.start;
    Fault::parse((small(title.start), small(len)), message, help)
}

/// A first row that names no field, and none below it does.
pub(super) fn no_header_at_all(def: &Kind, written: &str, row: Record) -> Fault {
    let message = Bilingual::new(
        format!("第一行没有一格是{}的栏目，这个文件没有读", def.label.zh),
        format!(
            "the first line names no field of {}; the file is not read",
            def.name
        ),
    );
    let own: Vec<_> = def.fields.iter().filter(|f| f.required).collect();
    let list = |of: &dyn Fn(&crate::schema::Field) -> String| {
        own.iter().map(|f| of(f)).collect::<Vec<_>>().join(",")
    };
    let (zh, en) = (list(&|f| f.label.zh.clone()), list(&|f| f.name.clone()));
    let labels = || {
        let fields = def.fields.iter();
        fields.flat_map(|f| [f.label.zh.as_str(), f.name.as_str()])
    };
    let mut cells = written.split([',', ';', '\t']).map(super::scalar::trim);
    let near = cells.find_map(|c| Some((c, nearest(c, labels())?)));
    let (near_zh, near_en) = match near {
        Some((c, n)) => (
            format!("「{}」是不是「{n}」？", shown(c)),
            format!(" Does `{}` mean `{n}`?", shown(c)),
        ),
        None => (
            "看上去是乱码，就用 Excel 打开原文件，另存为“CSV UTF-8”。".to_owned(),
            " If it looks garbled, open the original and save it as CSV UTF-8.".to_owned(),
        ),
    };
    let help = Bilingual::new(
        format!("第一行写各栏的名称，至少要有：{zh}。{near_zh}"),
        format!("Name the fields in the first line; at least {en}.{near_en}"),
    );
    let len = row.end - row.start;
    Fault::parse((small(row.start), small(len)), message, help)
}

/// A header whose names stand between other marks than separators.
pub(super) fn misread(at: usize, mark: char) -> Fault {
    let name = match mark {
        '，' | '；' | '｜' | '　' => "全角的",
        _ => "",
    };
    let message = Bilingual::new(
        format!("各栏之间用的是{name}「{mark}」，要用半角逗号；这个文件没有读"),
        format!("the fields are kept apart by `{mark}` instead of commas; the file is not read"),
    );
    let help = Bilingual::new(
        format!(
            "把各行里隔开栏目的「{mark}」都换成半角逗号「,」，或用 Excel 另存为“CSV UTF-8（逗号分隔）”。"
        ),
        format!(
            "Put `,` in the place of each `{mark}` that separates fields, or save from Excel as CSV UTF-8."
        ),
    );
    Fault::parse((small(at), small(mark.len_utf8())), message, help)
}

/// A sum, or a signature below the table.
pub(super) fn not_a_record(row: Record, said: &str, why: NoRecord) -> Fault {
    let said = shown(said);
    let (message, help) = match why {
        NoRecord::Total => (
            Bilingual::new(
                format!("「{said}」这一行是合计，不是记录，没有读"),
                format!("`{said}` is a sum and no record; the row is not read"),
            ),
            Bilingual::new(
                "删去这一行：合计由报表来算。",
                "Remove the row: the reports add up.",
            ),
        ),
        NoRecord::Footer => (
            Bilingual::new(
                format!("「{said}」这一行是表格下面的说明，不是记录，没有读"),
                format!("`{said}` is a note below the table and no record; the row is not read"),
            ),
            Bilingual::new(
                "删去这一行；要留的话记在单位的说明文件（.md）里。",
                "Remove the row; keep such notes in a file that ends in .md.",
            ),
        ),
    };
    let len = row.end - row.start;
    Fault::parse((small(row.start), small(len)), message, help)
}

/// A last row that ends before the fields that have to be filled in.
pub(super) fn cut_off(row: Record, columns: usize) -> Fault {
    let n = row.cells;
    let message = Bilingual::new(
        format!("文件在这里断了：最后一行只有 {n} 格，表头有 {columns} 格；这一行没有读"),
        format!(
            "the file breaks off here: its last row has {n} of {columns} cells and is not read"
        ),
    );
    let help = Bilingual::new(
        "可能没有存完或没有传完：找回完整的文件，或补全这一行再保存。",
        "It may not have been saved or sent whole: find the whole file, or complete the row.",
    );
    let len = row.end - row.start;
    Fault::parse((small(row.start), small(len)), message, help)
}

pub(super) fn header_again(record: Record) -> Fault {
    let message = Bilingual::new(
        "表头又出现了一次，这一行没有读",
        "the header stands here again; the row is not read",
    );
    let help = Bilingual::new("删去这一行。", "Remove this line.");
    Fault::parse(
        (small(record.start), small(record.end - record.start)),
        message,
        help,
    )
}

pub(super) fn no_header(column: usize, place: (u32, u32)) -> Fault {
    let n = column + 1;
    let message = Bilingual::new(
        format!("第 {n} 列有内容，却没有表头"),
        format!("column {n} has values but no header"),
    );
    let help = Bilingual::new(
        "在第一行补上栏目的名称。",
        "Name the field in the first line.",
    );
    Fault::error("unknown-field", place, message, help)
}

pub(super) fn too_many(row: &str, (cells, columns): (usize, usize), place: (u32, u32)) -> Fault {
    let message = Bilingual::new(
        format!("这一行有 {cells} 格，表头只有 {columns} 格"),
        format!("this row has {cells} cells, but the header has {columns}"),
    );
    let help = if row.contains(['“', '”']) {
        Bilingual::new(
            "内容里有逗号的格要加半角引号 \"；中文引号“”不算。",
            "Put a cell that contains the separator in \" marks; curly ones do not count.",
        )
    } else {
        Bilingual::new(
            "内容里有逗号的格要加引号。",
            "Put a cell that contains the separator in quotation marks.",
        )
    };
    Fault::parse(place, message, help)
}
