//! Recipes → bytes: typst as a library for PDF/A, minijinja for HTML, rust_xlsxwriter for .xlsx, on all cores, with flat memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Datelike;
use sha2::{Digest, Sha256};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{Fonts, Format, Recipe, TemplateFault, Templates, picture, spreadsheet};
use crate::load::glyph::MISSING;
use crate::photo::Photo;

/// Raised when the same recipe would give other bytes than before.
const RENDERER: &str = concat!("aftercare ", env!("CARGO_PKG_VERSION"), " renderer 1");

/// After so many bytes of contexts what typst has not used since the last time but one is dropped, so that memory stays flat.
/// A volume's sheets are no more than that: what was found for them is there when the volume is made.
const EVICT: usize = 448 << 10;

/// A photograph counts as so many: unpacked it takes as much memory as some sheets laid out.
const UNPACKED: usize = 20 << 10;

/// Photographs that were made small are kept up to so many bytes: those of a sheet are wanted again for its page and volume.
const KEPT: usize = 32 << 20;

/// The folder of a document's photographs, as a template sees it.
const PHOTOS: &str = "photos/";

/// What an HTML template may spend: far more than the largest page needs, so that only an endless loop runs out.
const FUEL: u64 = 200_000_000;

/// A thread's stack: deep layouts need more than the default.
const STACK: usize = 16 << 20;

/// Makes documents; shared by all threads.
pub struct Engine {
    fonts: Fonts,
    library: LazyHash<Library>,
    files: HashMap<FileId, (Option<Source>, Bytes)>,
    data: FileId,
    records: FileId,
    html: minijinja::Environment<'static>,
    standards: PdfStandards,
    base: [u8; 32],
    photos: Box<ReadPhoto>,
    small: Mutex<BTreeMap<(String, String), Bytes>>,
}

/// Reads a photograph of the workspace; none when it is no longer there.
type ReadPhoto = dyn Fn(&Photo) -> Option<Vec<u8>> + Send + Sync;

fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

impl Engine {
    /// An engine for these templates and fonts.
    ///
    /// # Errors
    /// An HTML template that cannot be read.
    pub fn new(templates: &Templates, fonts: Fonts) -> Result<Self, TemplateFault> {
        let fault = |at: &str, message: String| TemplateFault {
            making: String::new(),
            at: format!("templates/{at}"),
            message,
        };
        let mut files = HashMap::new();
        // So that a template asks for no family that is missing: each would be a warning in every document.
        if let Some(id) = file_id("/fonts.json") {
            let families = serde_json::json!(fonts.families()).to_string();
            files.insert(id, (None, Bytes::from_string(families)));
        }
        let mut html = minijinja::Environment::new();
        html.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        html.set_fuel(Some(FUEL));
        let syntax = minijinja::syntax::SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        html.set_syntax(syntax.map_err(|e| fault("", e.to_string()))?);
        for (path, bytes) in templates.iter() {
            let text = || String::from_utf8(bytes.to_vec()).map_err(|e| fault(path, e.to_string()));
            if path.ends_with(".html") {
                let added = html.add_template_owned(path.to_owned(), text()?);
                added
                    .map_err(|e| fault(&format!("{path}:{}", e.line().unwrap_or(1)), whole(&e)))?;
            }
            let Some(id) = file_id(path) else { continue };
            let source = if path.ends_with(".typ") {
                Some(Source::new(id, text()?))
            } else {
                None
            };
            files.insert(id, (source, Bytes::new(bytes.to_vec())));
        }
        let (Some(data), Some(records)) = (file_id("/data.json"), file_id("/records.yaml")) else {
            return Err(fault("", "no path for data".to_owned()));
        };
        let standards = PdfStandards::new(&[PdfStandard::A_3b])
            .map_err(|e| fault("", e.message().to_string()))?;
        let mut hash = Sha256::new();
        hash.update(RENDERER);
        hash.update(templates.digest());
        hash.update(fonts.digest());
        Ok(Self {
            fonts,
            library: LazyHash::new(Library::default()),
            files,
            data,
            records,
            html,
            standards,
            base: hash.finalize().into(),
            photos: Box::new(|_| None),
            small: Mutex::default(),
        })
    }

    /// The same, with photographs: what reads them.
    #[must_use]
    pub fn with_photos(
        self,
        read: impl Fn(&Photo) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            photos: Box::new(read),
            ..self
        }
    }

    /// The digest of templates, fonts and renderer, for [`Recipe::digest`].
    pub fn base(&self) -> &[u8; 32] {
        &self.base
    }

    /// The fonts.
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Makes one document on this thread. For many, [`Engine::render_all`] is faster and keeps memory flat.
    ///
    /// # Errors
    /// What is wrong in the template.
    pub fn render(&self, recipe: &Recipe) -> Result<Vec<u8>, TemplateFault> {
        match &recipe.format {
            Format::Verbatim => Ok(recipe.context.clone()),
            Format::Html(template) => self.html(recipe, template),
            Format::Pdf(template) => self.pdf(recipe, template),
            Format::Workbook => workbook(recipe),
            Format::Photo => {
                let photo = recipe.photos.first();
                Ok(photo.map_or_else(Vec::new, |p| self.small(p).to_vec()))
            }
        }
    }

    /// A photograph as small as it is printed.
    fn small(&self, photo: &Photo) -> Bytes {
        let key = (photo.path.clone(), photo.stamp.clone());
        let kept = self.small.lock().ok();
        if let Some(bytes) = kept.and_then(|k| k.get(&key).cloned()) {
            return bytes;
        }
        let whole = (self.photos)(photo).unwrap_or_default();
        let bytes = Bytes::new(picture::shown(&whole));
        if let Ok(mut kept) = self.small.lock() {
            if kept.values().map(|b| b.len()).sum::<usize>() > KEPT {
                kept.clear();
            }
            kept.insert(key, bytes.clone());
        }
        bytes
    }

    /// Makes documents on `threads` threads and hands each to `done` as it is ready, with its index, until `done` breaks:
    /// then those before it are still made, so that the first fault is the same every time.
    /// typst overflows the stack under a shared pool, so that each thread has a pool of its own.
    pub fn render_all(
        &self,
        recipes: &[Recipe],
        threads: usize,
        done: impl Fn(usize, Result<Vec<u8>, TemplateFault>) -> ControlFlow<()> + Sync,
    ) {
        let next = AtomicUsize::new(0);
        let made = AtomicUsize::new(0);
        let evicting = Mutex::new(());
        let work = || {
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(recipe) = recipes.get(i) else { break };
                if done(i, self.render(recipe)).is_break() {
                    next.store(recipes.len(), Ordering::Relaxed);
                    break;
                }
                let size = recipe.context.len() + UNPACKED * recipe.photos.len();
                if recipe.is_pdf()
                    && made.fetch_add(size, Ordering::Relaxed) % EVICT + size >= EVICT
                {
                    let _one_at_a_time = evicting.lock();
                    typst::comemo::evict(1);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, recipes.len().max(1)) {
                let started =
                    std::thread::Builder::new()
                        .stack_size(STACK)
                        .spawn_scoped(scope, || {
                            let pool = rayon::ThreadPoolBuilder::new()
                                .num_threads(1)
                                .stack_size(STACK)
                                .build();
                            match pool {
                                Ok(pool) => pool.install(work),
                                Err(_) => work(),
                            }
                        });
                if started.is_err() {
                    work();
                }
            }
        });
    }

    fn html(&self, recipe: &Recipe, template: &str) -> Result<Vec<u8>, TemplateFault> {
        let fault = |e: minijinja::Error| TemplateFault {
            making: recipe.path.clone(),
            at: format!(
                "templates/{}:{}",
                e.name().unwrap_or(template),
                e.line().unwrap_or(1)
            ),
            message: whole(&e),
        };
        let context: serde_json::Value =
            serde_json::from_slice(&recipe.context).map_err(|e| TemplateFault {
                making: recipe.path.clone(),
                at: format!("templates/{template}"),
                message: e.to_string(),
            })?;
        let template = self.html.get_template(template).map_err(fault)?;
        let text = template.render(minijinja::Value::from(minijinja::value::Serde(context)));
        text.map(String::into_bytes).map_err(fault)
    }

    fn pdf(&self, recipe: &Recipe, template: &str) -> Result<Vec<u8>, TemplateFault> {
        let plain = |message: String| TemplateFault {
            making: recipe.path.clone(),
            at: format!("templates/{template}"),
            message,
        };
        let main = file_id(template).filter(|id| self.files.contains_key(id));
        let main = main.ok_or_else(|| plain("there is no such template".to_owned()))?;
        let job = Job {
            engine: self,
            main,
            data: self.printable(&recipe.context),
            photos: &recipe.photos,
            records: recipe
                .attachment
                .as_ref()
                .map(|(_, t)| Bytes::from_string(t.clone())),
        };
        let told = |e: &[SourceDiagnostic]| self.told(&job, recipe, template, e);
        let document = typst::compile::<PagedDocument>(&job);
        let document = document.output.map_err(|e| told(&e))?;
        let options = PdfOptions {
            ident: Smart::Custom(recipe.path.clone()),
            creator: Smart::Custom(Some("aftercare".to_owned())),
            timestamp: recipe.meta.as_ref().and_then(|m| {
                let day = m.date;
                let month = u8::try_from(day.month()).ok()?;
                let at = Datetime::from_ymd_hms(
                    day.year(),
                    month,
                    u8::try_from(day.day()).ok()?,
                    0,
                    0,
                    0,
                )?;
                Some(Timestamp::new_utc(at))
            }),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|e| told(&e))
    }

    /// The context with 〓 for what no font can print, control characters too, which JSON writes as escapes.
    fn printable(&self, context: &[u8]) -> Bytes {
        let Ok(text) = std::str::from_utf8(context) else {
            return Bytes::new(context.to_vec());
        };
        let text = self.fonts.printable(text);
        Bytes::from_string(without_controls(&text).into_owned())
    }

    fn told(
        &self,
        job: &Job<'_>,
        recipe: &Recipe,
        template: &str,
        errors: &[SourceDiagnostic],
    ) -> TemplateFault {
        let mut at = format!("templates/{template}");
        let mut message = String::new();
        for e in errors {
            let place = e.span.id().and_then(|id| {
                let source = job.source(id).ok()?;
                let range = job.range(e.span)?;
                let (line, column) = source.lines().byte_to_line_column(range.start)?;
                let path = id.get().vpath().get_without_slash().to_owned();
                Some(format!("templates/{path}:{}:{}", line + 1, column + 1))
            });
            if let (Some(place), true) = (place, message.is_empty()) {
                at = place;
            }
            if !message.is_empty() {
                message.push('\n');
            }
            message.push_str(&e.message);
            for hint in &e.hints {
                message.push_str("; ");
                message.push_str(&hint.v);
            }
        }
        TemplateFault {
            making: recipe.path.clone(),
            at,
            message,
        }
    }
}

fn workbook(recipe: &Recipe) -> Result<Vec<u8>, TemplateFault> {
    let fault = |message: String| TemplateFault {
        making: recipe.path.clone(),
        at: String::new(),
        message,
    };
    let book = serde_json::from_slice(&recipe.context).map_err(|e| fault(e.to_string()))?;
    spreadsheet::bytes(&book, recipe.meta.as_ref()).map_err(|e| fault(e.to_string()))
}

/// JSON with 〓 in place of escaped control characters that are no white space.
fn without_controls(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut done, mut from) = (0, 0);
    while let Some(at) = json[from..].find('\\').map(|i| from + i) {
        let length = match json.as_bytes().get(at + 1) {
            Some(b'b') => 2,
            Some(b'u') if is_control(json.get(at + 2..at + 6)) => 6,
            _ => 0,
        };
        if length > 0 {
            out.push_str(&json[done..at]);
            out.push(MISSING);
            done = at + length;
        }
        // What is escaped may be a backslash.
        from = at + length.max(2);
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[done..]);
    Cow::Owned(out)
}

fn is_control(hex: Option<&str>) -> bool {
    let c = hex
        .and_then(|h| u32::from_str_radix(h, 16).ok())
        .and_then(char::from_u32);
    c.is_some_and(|c| c.is_control() && !c.is_whitespace())
}

/// An error with its causes.
fn whole(e: &minijinja::Error) -> String {
    let mut text = e.to_string();
    let mut cause = std::error::Error::source(e);
    while let Some(c) = cause {
        text.push_str(": ");
        text.push_str(&c.to_string());
        cause = c.source();
    }
    text
}

/// One document's view of the world: shared templates and fonts, its own data.
struct Job<'a> {
    engine: &'a Engine,
    main: FileId,
    data: Bytes,
    photos: &'a [Photo],
    records: Option<Bytes>,
}

impl Job<'_> {
    /// `/photos/1` is the first of the document's photographs.
    fn photo(&self, id: FileId) -> Option<&Photo> {
        let path = id.get().vpath().get_without_slash();
        let n: usize = path.strip_prefix(PHOTOS)?.parse().ok()?;
        self.photos.get(n.checked_sub(1)?)
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.engine.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.engine.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match self.engine.files.get(&id) {
            Some((Some(source), _)) => Ok(source.clone()),
            Some(_) => Err(FileError::NotSource),
            None => Err(missing(id)),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.engine.data {
            return Ok(self.data.clone());
        }
        if id == self.engine.records {
            return self.records.clone().ok_or_else(|| missing(id));
        }
        if let Some(photo) = self.photo(id) {
            return Ok(self.engine.small(photo));
        }
        let file = self.engine.files.get(&id).map(|(_, bytes)| bytes.clone());
        file.ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.engine.fonts.fonts.get(index).cloned()
    }

    /// There is no today in a document.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Only templates can be read, whatever a template asks for.
fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    fn engine(typ: &str, html: &str) -> Engine {
        let mut t = Templates::default();
        t.insert("a.typ", typ.as_bytes().to_vec());
        t.insert("a.html", html.as_bytes().to_vec());
        Engine::new(&t, Fonts::new(vec![])).unwrap()
    }

    fn recipe(context: &serde_json::Value) -> Recipe {
        let meta = Meta {
            title: "t".into(),
            author: "o".into(),
            lang: Lang::Zh,
            date: "2025-03-01".parse().unwrap(),
        };
        Recipe::pdf("x/a.pdf", "a.typ", context, meta).unwrap()
    }
    use super::super::Meta;

    const PAGE: &str = r#"#let d = json("/data.json")
#set document(title: d.title, date: datetime(year: 2025, month: 3, day: 1))
#set text(font: ("Noto Serif SC", "Noto Sans SC"), lang: "zh")
#d.title"#;

    #[test]
    fn text_is_never_markup_and_bytes_are_the_same_twice() {
        let e = engine(PAGE, "{{ title }}");
        let r = recipe(&serde_json::json!({"title": "#panic() $x$ *粗* 䶮㛃 <b>"}));
        let a = e.render(&r).unwrap();
        assert!(a.starts_with(b"%PDF-"));
        assert_eq!(a, e.render(&r).unwrap());
        let page = Recipe::html("x/a.html", "a.html", &serde_json::json!({"title": "<b>&"}));
        assert_eq!(e.render(&page.unwrap()).unwrap(), b"&lt;b&gt;&amp;");
    }

    #[test]
    fn whatever_a_record_holds_can_be_printed() {
        let e = engine(PAGE, "");
        let odd = [
            '\0',
            '\u{8}',
            '\u{1}',
            '\u{7}',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9f}',
            '\u{a0}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1680}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{2001}',
            '\u{2009}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{202f}',
            '\u{205f}',
            '\u{2060}',
            '\u{2066}',
            '\u{206f}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffc}',
            '\u{fffd}',
            '\u{ffff}',
            '\u{e000}',
            '\u{e0001}',
            '\u{e0100}',
            '\u{f0000}',
            '\u{10ffff}',
            '😀',
            '𰻝',
            'é',
            '\u{301}',
            'ก',
            '☑',
            '\r',
            '\t',
            '\n',
            '\u{c}',
            '\u{b}',
        ];
        let failed: Vec<String> = odd
            .iter()
            .filter_map(|c| {
                let r = recipe(&serde_json::json!({"title": format!("前{c}后")}));
                let f = e.render(&r).err()?;
                Some(format!("{:04X}: {}", *c as u32, f.message))
            })
            .collect();
        assert_eq!(failed, Vec::<String>::new());
        assert_eq!(
            without_controls(r#"a\\u0001\u0001\b\n\\b"#),
            r#"a\\u0001〓〓\n\\b"#
        );
    }

    #[test]
    fn an_endless_template_ends() {
        for endless in ["#while true {}", "#let f(x) = f(x)\n#f(1)"] {
            let f = engine(endless, "")
                .render(&recipe(&serde_json::json!({})))
                .unwrap_err();
            assert!(f.at.starts_with("templates/a.typ:"), "{f:?}");
        }
        let page = Recipe::html("x/a.html", "a.html", &serde_json::json!({})).unwrap();
        let mut e = engine(
            "",
            "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
        );
        e.html.set_fuel(Some(10_000));
        let f = e.render(&page);
        assert!(f.unwrap_err().message.contains("fuel"));
    }

    #[test]
    fn a_fault_names_the_template_and_what_was_made() {
        let e = engine("#let x = 1\n#nope", "{{ nope }}");
        let f = e.render(&recipe(&serde_json::json!({}))).unwrap_err();
        assert_eq!(
            (f.making.as_str(), f.at.as_str()),
            ("x/a.pdf", "templates/a.typ:2:2")
        );
        let page = Recipe::html("x/a.html", "a.html", &serde_json::json!({}));
        let f = e.render(&page.unwrap()).unwrap_err();
        assert_eq!(f.at, "templates/a.html:1");
    }

    #[test]
    fn nothing_outside_the_templates_can_be_read() {
        let e = engine(r#"#read("/etc/passwd")"#, "");
        let f = e.render(&recipe(&serde_json::json!({}))).unwrap_err();
        assert!(f.message.contains("not found"), "{}", f.message);
    }

    #[test]
    fn many_documents_come_back_whole() {
        let e = engine(PAGE, "");
        let recipes: Vec<Recipe> = (0..40)
            .map(|i| recipe(&serde_json::json!({"title": format!("第 {i} 号")})))
            .collect();
        let made = Mutex::new(vec![Vec::new(); recipes.len()]);
        e.render_all(&recipes, 2, |i, r| {
            made.lock().unwrap()[i] = r.unwrap();
            ControlFlow::Continue(())
        });
        let made = made.into_inner().unwrap();
        assert_eq!(made[7], e.render(&recipes[7]).unwrap());
        assert!(made.iter().all(|b| b.starts_with(b"%PDF-")));
    }
}
