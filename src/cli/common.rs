//! The options that every command takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

/// What every command understands.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "公共选项 | Common options")]
pub(crate) struct Common {
    /// 工作区或其中的文件夹；不写就从当前文件夹往上找 records/ | the workspace or a folder in it; else records/ is looked for from here upwards
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,
    /// 按哪一天（当天结束时）判断，如 2025-12-31；不写就是今天 | judge as of the end of this day, such as 2025-12-31; else today
    #[arg(long, value_name = "DATE", global = true)]
    pub as_of: Option<String>,
    /// 只看这项制度，可写多次 | only this policy; may be repeated
    #[arg(long, value_name = "ID", global = true)]
    pub policy: Vec<String>,
    /// 只看这个单位（文件夹名），可写多次 | only this office (its folder's name); may be repeated
    #[arg(long, value_name = "ID", global = true)]
    pub office: Vec<String>,
    /// 语言：zh 或 en；不写就按各单位的 lang | language: zh or en; else what the offices' `lang` says
    #[arg(long, value_name = "LANG", global = true, hide_possible_values = true,
          value_parser = PossibleValuesParser::new(["zh", "en"]))]
    pub lang: Option<String>,
    /// 颜色：auto、always 或 never | colour: auto, always or never
    #[arg(long, value_name = "WHEN", global = true, hide_possible_values = true,
          value_parser = PossibleValuesParser::new(["auto", "always", "never"]))]
    pub color: Option<String>,
    /// 少说 | say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// 多说 | say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// 用几个处理器核心；不写就全用 | how many processor cores to use; else all
    #[arg(long, value_name = "N", global = true)]
    pub jobs: Option<NonZeroUsize>,
}
