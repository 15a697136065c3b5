//! Why a text is no YAML, in a clerk's words.

use granit_parser::{ErrorKind as E, Parser, ScanError};

use crate::text::Bilingual;

/// What went wrong, and at which byte of a text, which is not always where the parser noticed.
pub fn fault(e: &ScanError, text: &str) -> (usize, Bilingual) {
    let noticed = e.marker().byte_offset().unwrap_or(0).min(text.len());
    let at = match e.kind() {
        // A quotation mark that is not closed meets the next one; strict indentation ends it at its own line.
        E::UnclosedQuotedScalar
        | E::InvalidTrailingSingleQuotedScalar
        | E::InvalidTrailingDoubleQuotedScalar => {
            if let Some(at) = open_quote(text, noticed) {
                return (at, why(&E::UnclosedQuotedScalar));
            }
            None
        }
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabInPlainScalar => {
            let line = text[..floor(text, noticed)]
                .rfind('\n')
                .map_or(0, |n| n + 1);
            indenting_tab(text, line)
        }
        E::SimpleKeyExpected
        | E::InvalidSimpleKey
        | E::MappingValueNotAllowed
        | E::InvalidColonPlacement
        | E::InvalidMappingValueWhitespace
        | E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry => {
            if let Some((at, why)) = near(text, noticed) {
                return (at, why);
            }
            None
        }
        _ => None,
    };
    (at.unwrap_or(noticed), why(e.kind()))
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A mark that looks right but is not, in the line where a fault was noticed or in the one before.
fn near(text: &str, noticed: usize) -> Option<(usize, Bilingual)> {
    let before = &text[..floor(text, noticed)];
    let line = before.rfind('\n').map_or(0, |n| n + 1);
    let above = text[..line.saturating_sub(1)]
        .rfind('\n')
        .map_or(0, |n| n + 1);
    let here = text[line..].lines().next().unwrap_or_default();
    lookalike(here)
        .map(|(at, why)| (line + at, why))
        .or_else(|| {
            let (at, why) = lookalike(text[above..line].trim_end())?;
            Some((above + at, why))
        })
}

/// A full-width colon or dash, or one without the space behind it, in a line `- field: value`: its byte and what to write.
pub(super) fn lookalike(line: &str) -> Option<(usize, Bilingual)> {
    let lead = line.len() - line.trim_start_matches([' ', '\u{3000}']).len();
    let rest = &line[lead..];
    let first = rest.chars().next()?;
    if matches!(first, '－' | '—' | '–' | '−' | '•' | '·') {
        let why = Bilingual::new(
            format!("开头的「{first}」要写成半角的「- 」（短横后面有空格）"),
            format!("`{first}` at the beginning should be `- `: a plain dash and a space"),
        );
        return Some((lead, why));
    }
    let dash = rest.len() - rest.trim_start_matches("- ").len();
    let (at, rest) = (lead + dash, &rest[dash..]);
    if rest.starts_with('-')
        && rest[1..].starts_with(|c: char| c.is_alphabetic())
        && rest.contains(':')
    {
        let why = Bilingual::new(
            "开头的短横「-」后面要有空格",
            "the dash at the beginning needs a space after it",
        );
        return Some((at, why));
    }
    // A key is a word: what stands in quotation marks or after a space is a value.
    let end = rest
        .find(|c: char| c.is_whitespace() || "\"'#[{".contains(c))
        .unwrap_or(rest.len());
    let colon = rest[..end].find([':', '：']).filter(|c| *c > 0)?;
    let mark = rest[colon..].chars().next()?;
    let behind = &rest[colon + mark.len_utf8()..];
    if mark == '：' {
        let why = Bilingual::new(
            "栏目后面用的是全角冒号「：」，要写成半角冒号加空格「: 」",
            "the colon after the field is a full-width one; write `: `, a plain colon and a space",
        );
        return Some((at + colon, why));
    }
    let close = !behind.is_empty() && !behind.starts_with([' ', '\t', '/']);
    close.then(|| {
        let why = Bilingual::new(
            "栏目的冒号后面要有空格，如「栏目: 值」",
            "the colon after the field needs a space behind it, as in `field: value`",
        );
        (at + colon, why)
    })
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// The first quotation mark that the lines after it, by their indentation, cannot belong to.
fn open_quote(text: &str, noticed: usize) -> Option<usize> {
    let strict = granit_parser::options! { strict_indentation: true };
    let mut parser = Parser::new_from_str_with_options(text, strict);
    let mut last = 0;
    loop {
        match parser.next_event()? {
            Ok((_, span)) => last = span.byte_range().map_or(last, |r| r.start.max(last)),
            Err(e) if e.marker().byte_offset()? > noticed => return None,
            Err(e)
                if *e.kind() == E::InvalidQuotedScalarIndent
                    || *e.kind() == E::UnclosedQuotedScalar =>
            {
                break;
            }
            Err(_) => return None,
        }
    }
    let opens = |(i, c): &(usize, char)| {
        matches!(c, '"' | '\'') && text[..*i].ends_with([' ', '\n', '[', '{', ','])
    };
    let found = text[last..]
        .char_indices()
        .map(|(i, c)| (last + i, c))
        .find(opens);
    found.map(|f| f.0)
}

/// The first tab that indents a line, from the beginning of a line on.
fn indenting_tab(text: &str, line: usize) -> Option<usize> {
    let mut at = line;
    for l in text[line..].split_inclusive('\n') {
        let spaces = l.len() - l.trim_start_matches(' ').len();
        if l[spaces..].starts_with('\t') {
            return Some(at + spaces);
        }
        at += l.len();
    }
    None
}

/// The reason behind a parser's error.
fn why(kind: &E) -> Bilingual {
    let (zh, en) = match kind {
        E::UnclosedQuotedScalar
        | E::DocumentIndicatorInQuotedScalar
        | E::InvalidQuotedScalarIndent => ("引号没有关上", "a quotation mark is not closed"),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "引号后面还有文字",
            "something follows the closing quotation mark",
        ),
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabInPlainScalar
        | E::TabAtBlockScalarStart => (
            "缩进里有制表符（Tab），应只用空格",
            "a tab in the indentation; use spaces only",
        ),
        E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::BlockSequenceEntryNotAllowed
        | E::InvalidBlockScalarIndent
        | E::InvalidFlowScalarIndent => (
            "缩进与上面的行不齐",
            "the indentation does not match the lines above",
        ),
        E::MappingValueNotAllowed
        | E::MappingKeyNotAllowed
        | E::InvalidColonPlacement
        | E::InvalidMappingValueWhitespace => (
            "值里有冒号时要加引号，或者缩进不对",
            "put a value with a colon in quotation marks, or mend the indentation",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "这一行没有写成“栏目: 值”",
            "this line is not written as `field: value`",
        ),
        E::MisplacedFlowCollectionEnd
        | E::MismatchedFlowCollectionEnd { .. }
        | E::UnclosedFlowCollection { .. }
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping => (
            "方括号或花括号没有配对，或者里面缺逗号",
            "a bracket or brace has no partner, or a comma is missing inside",
        ),
        E::RecursionLimitExceeded => ("套的层数太多", "nested too deeply"),
        E::UnknownAnchor => (
            "*名称 没有定义过；以 * 开头的值要加引号",
            "an alias that is defined nowhere; put a value that begins with * in quotation marks",
        ),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => (
            "双引号里的 \\ 后面不是正确的转义；改用单引号，或写成 \\\\",
            "no valid escape after \\; use single quotation marks or write \\\\",
        ),
        E::UnexpectedCharacter { character: c } if is_unprintable(*c) => {
            let code = u32::from(*c);
            return Bilingual::new(
                format!("有不能印出的字符 U+{code:04X}，请删去"),
                format!("the character U+{code:04X} cannot be printed; remove it"),
            );
        }
        E::UnexpectedCharacter { .. } => (
            "值不能以这个字符开头；请加引号",
            "a value cannot begin with this character; put it in quotation marks",
        ),
        E::BomInsideDocument => (
            "文件中间有字节顺序标记（BOM）",
            "a byte order mark in the middle of the file",
        ),
        other => {
            let en = other.to_string();
            return Bilingual::new(format!("写法有误（{en}）"), en);
        }
    };
    Bilingual::new(zh, en)
}
