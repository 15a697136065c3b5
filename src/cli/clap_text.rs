//! What clap says of wrong arguments, in both languages.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::COMMANDS;
use crate::pipeline::Failure;
use crate::text::nearest;

/// A wrong argument as a failure.
pub(super) fn failure(e: &clap::Error) -> Failure {
    let get = |kind| text(e.get(kind));
    let arg = short(get(ContextKind::InvalidArg));
    let value = get(ContextKind::InvalidValue);
    let (zh, en) = match e.kind() {
        ErrorKind::InvalidSubcommand => {
            return unknown_command(&get(ContextKind::InvalidSubcommand));
        }
        ErrorKind::UnknownArgument if !arg.starts_with('-') => (
            format!("多写了「{arg}」"),
            format!("`{arg}` is not expected here"),
        ),
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
            let other = short(get(ContextKind::PriorArg));
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
    advised(Failure::usage(zh, en), e)
}

/// With what to write instead.
fn advised(failure: Failure, e: &clap::Error) -> Failure {
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .iter()
        .map(|k| text(e.get(*k)))
        .find(|t| !t.is_empty());
    if near.is_some() {
        return failure.suggesting(near.as_deref());
    }
    let allowed = text(e.get(ContextKind::ValidValue));
    if !allowed.is_empty() {
        return failure.helped(format!("可以写 {allowed}"), format!("it may be {allowed}"));
    }
    if e.kind() == ErrorKind::ArgumentConflict {
        return failure.helped(
            "只留一个；两样都要，就分两次运行",
            "keep one of the two; for both, run the command twice",
        );
    }
    failure.helped("加上 --help 看用法", "see --help for how it is used")
}

/// There is no such command.
pub(super) fn unknown_command(word: &str) -> Failure {
    let failure = Failure::usage(
        format!("没有「{word}」这个命令"),
        format!("there is no command `{word}`"),
    );
    // A program that was built without them does not list them.
    if cfg!(not(feature = "documents")) && ["build", "watch", "blank"].contains(&word) {
        return failure.helped(
            "这个程序编译时没有带制作文档的部分（--no-default-features）",
            "this program was built without documents (--no-default-features)",
        );
    }
    let names = || COMMANDS.iter().map(|r| r.name);
    match nearest(word, names()) {
        Some(near) => failure.suggesting(Some(near)),
        None => {
            let all = names().collect::<Vec<_>>();
            failure.helped(
                format!("有这些命令：{}", all.join("、")),
                format!("the commands are {}", all.join(", ")),
            )
        }
    }
}

/// An option without the name of its value.
fn short(arg: String) -> String {
    match arg.split_once(' ') {
        Some((option, _)) if option.starts_with('-') => option.to_owned(),
        _ => arg,
    }
}

fn text(value: Option<&ContextValue>) -> String {
    match value {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(all)) => all.join(" · "),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
