//! What makes VS Code, and editors that share its settings, complete and check records as they are typed; no network is asked.

use serde_json::{Map, Value, json};

use super::files::File;
use crate::policy::Packs;
use crate::schema::{Schema, json};
use crate::text::Lang;
use crate::workspace;

/// Settings, and a schema for each kind and for office.yaml.
pub(super) fn files(schema: &Schema, packs: &Packs, lang: Lang) -> Vec<File> {
    let folder = ".vscode/aftercare";
    let mut where_used = Map::new();
    let mut files = Vec::new();
    let mut add = |name: &str, value: Value, globs: &[String]| {
        let path = format!("{folder}/{name}.json");
        where_used.insert(format!("./{path}"), globs.into());
        files.push(File::new(&path, format!("{value:#}\n")));
    };
    let office = workspace::config_schema(packs, lang);
    add("office", office, &["records/**/office.yaml".to_owned()]);
    for (id, kind) in schema.iter() {
        let name = &kind.name;
        let globs = ["yaml", "yml"].map(|e| {
            [
                format!("records/**/{name}.{e}"),
                format!("records/**/{name}/**/*.{e}"),
            ]
        });
        add(name, json::of_kind(schema, id, lang), &globs.concat());
    }
    let settings = json!({"yaml.schemas": where_used});
    let wanted = json!({"recommendations": ["redhat.vscode-yaml"]});
    files.push(File::new(
        ".vscode/settings.json",
        format!("{settings:#}\n"),
    ));
    files.push(File::new(
        ".vscode/extensions.json",
        format!("{wanted:#}\n"),
    ));
    files
}
