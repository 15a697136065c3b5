//! What clap says of wrong arguments, in both languages.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::COMMANDS;
use crate::pipeline::Failure;
use crate::text::{Bilingual, nearest};

/// A wrong argument as a failure.
pub(super) fn failure(e: &clap::Error) -> Failure {
    let get = |kind| text(e.get(kind));
    let arg = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    let (zh, en) = match e.kind() {
        ErrorKind::InvalidSubcommand => {
            return unknown_command(&get(ContextKind::InvalidSubcommand));
        }
        ErrorKind::UnknownArgument => (
            format!("没有「{arg}」这个选项"),
            format!("there is no option `{arg}`"),
        ),
        ErrorKind::InvalidValue if value.is_empty() => (
            format!("{arg} 后面要写一个值"),
            format!("{arg} needs a value"),
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => (
            format!("{arg} 不能是「{value}」"),
            format!("{arg} cannot be `{value}`"),
        ),
        ErrorKind::MissingRequiredArgument => {
            (format!("还要写 {arg}"), format!("{arg} is missing"))
        }
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg);
            (
                format!("{arg} 不能和 {other} 一起用"),
                format!("{arg} cannot be used together with {other}"),
            )
        }
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => (
            format!("{arg} 的值的个数不对"),
            format!("{arg} has the wrong number of values"),
        ),
        ErrorKind::InvalidUtf8 => (
            "参数里有读不懂的字符".to_owned(),
            "an argument is not valid text".to_owned(),
        ),
        _ => ("参数不对".to_owned(), e.kind().to_string()),
    };
    let (help_zh, help_en) = advice(e);
    Failure::usage(zh, en).helped(help_zh, help_en)
}

/// What to write instead.
fn advice(e: &clap::Error) -> (String, String) {
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .iter()
        .map(|k| text(e.get(*k)))
        .find(|t| !t.is_empty());
    if let Some(near) = near {
        return did_you_mean(&near);
    }
    let allowed = text(e.get(ContextKind::ValidValue));
    if !allowed.is_empty() {
        return (format!("可以写 {allowed}"), format!("it may be {allowed}"));
    }
    (
        "加上 --help 看用法".to_owned(),
        "see --help for how it is used".to_owned(),
    )
}

fn did_you_mean(near: &str) -> (String, String) {
    (
        format!("是不是「{near}」？"),
        format!("did you mean `{near}`?"),
    )
}

/// There is no such command.
pub(super) fn unknown_command(word: &str) -> Failure {
    let names = || COMMANDS.iter().map(|r| r.name);
    let help = match nearest(word, names()) {
        Some(near) => did_you_mean(near),
        None => {
            let all = names().collect::<Vec<_>>();
            (
                format!("有这些命令：{}", all.join("、")),
                format!("the commands are {}", all.join(", ")),
            )
        }
    };
    let message = Bilingual::new(
        format!("没有「{word}」这个命令"),
        format!("there is no command `{word}`"),
    );
    Failure::usage(message.zh, message.en).helped(help.0, help.1)
}

fn text(value: Option<&ContextValue>) -> String {
    match value {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(all)) => all.join(" · "),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
