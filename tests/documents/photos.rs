//! Photographs on a form: on paper, on pages, and what stands in the place of one that cannot be shown.

use std::path::{Path, PathBuf};

use aftercare::document::form::Wanted;
use aftercare::document::redact::Redaction;
use aftercare::document::{Engine, Fonts, Format, Recipe, Templates, form};
use aftercare::door::Photos;
use aftercare::table::Office;
use serde_json::Value;

use crate::fixture::*;
use crate::rendered::{dense, pages};

const LEAK: &[u8] = include_bytes!("../../examples/sample/pictures/leak-1.jpg");

/// A workspace with an office that keeps one survey, and each kind of photograph.
struct Survey(tempfile::TempDir);

impl Survey {
    fn naming(photos: &[&str], office: &str) -> Self {
        let survey = Self(tempfile::tempdir().unwrap());
        let config = format!("name: 甲\npolicies: [warranty-period-repair]\n{office}");
        survey.put("office.yaml", config.as_bytes());
        let names = photos.iter().map(|p| format!("\n  - '{p}'"));
        let names: String = names.collect();
        let text = format!(
            "id: R1\nreceived_at: 2025-03-01\nsurveyed_at: 2025-03-02\nplace: 三栋 302\nphotos:{names}\n"
        );
        survey.put("repairs/R1.yaml", text.as_bytes());
        for entry in std::fs::read_dir(fixtures()).unwrap().flatten() {
            let name = entry.file_name().to_str().unwrap().to_owned();
            survey.put(
                &format!("attachments/{name}"),
                &std::fs::read(entry.path()).unwrap(),
            );
        }
        for name in ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"] {
            survey.put(&format!("attachments/{name}"), LEAK);
        }
        survey
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.root().join("records/o").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn office(&self) -> Office {
        offices(self.root()).remove(0)
    }

    fn recipes(&self) -> Vec<Recipe> {
        let wanted = Wanted {
            forms: vec!["survey-of-damage".to_owned()],
            period: None,
        };
        let office = self.office();
        let redaction = Redaction::of(&office, &Templates::embedded());
        form::of_office(&office, &forms(), &packs(), &redaction, &wanted).unwrap()
    }

    fn engine(&self) -> Engine {
        let photos = Photos::of(self.root());
        Engine::new(&Templates::embedded(), Fonts::new(vec![]))
            .unwrap()
            .with_photos(move |p| photos.read(p))
    }

    fn page(&self, all: &[Recipe]) -> String {
        let page = self.drawn(one(all, "R1.html"));
        String::from_utf8(page).unwrap().replace("&#x2f;", "/")
    }

    fn drawn(&self, recipe: &Recipe) -> Vec<u8> {
        let drawn = self.engine().render(recipe);
        drawn.unwrap_or_else(|f| panic!("{f:?}"))
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/photos")
}

/// The photographs of a sheet, in order.
fn shown(recipe: &Recipe) -> Vec<Value> {
    let sheet = json(recipe);
    let sheet = sheet.get("sheet").unwrap_or(&sheet);
    let blocks = sheet["blocks"].as_array().unwrap().iter();
    let rows = blocks.filter(|b| b["kind"] == "photos");
    let rows = rows.flat_map(|b| b["rows"].as_array().unwrap());
    rows.flat_map(|r| r.as_array().unwrap().clone()).collect()
}

/// How many images a PDF holds.
fn images(pdf: &[u8]) -> usize {
    let mark = b"/Subtype/Image";
    pdf.windows(mark.len()).filter(|w| w == mark).count()
}

const ALL: [&str; 9] = [
    "a.jpg",
    "b.jpg",
    "cmyk.jpg",
    "turned.jpg",
    "alpha.png",
    "still.gif",
    "upright.webp",
    "c.jpg",
    "attachments/d.jpg",
];

#[test]
fn every_photograph_is_printed_with_its_number_and_name_in_the_sheet_and_its_volume() {
    for n in [0, 1, 3, 9] {
        let survey = Survey::naming(&ALL[..n], "");
        let all = survey.recipes();
        let sheet = one(&all, "survey-of-damage/R1.pdf");
        assert_eq!(sheet.photos.len(), n);
        for path in ["survey-of-damage/R1.pdf", "collected/2025-03.pdf"] {
            let pdf = survey.drawn(one(&all, path));
            // The same file is held once.
            let same = ALL[..n]
                .iter()
                .filter(|p| p.len() == 5 || p.ends_with("/d.jpg"))
                .count();
            assert_eq!(
                images(&pdf),
                n - same + usize::from(same > 0),
                "{n} in {path}"
            );
            assert_eq!(pdf, survey.drawn(one(&all, path)));
            let Some(pages) = pages(&pdf) else {
                eprintln!("skipped: there is no pdftotext");
                continue;
            };
            let text = dense(&pages.join(""));
            for (i, name) in ALL[..n].iter().enumerate() {
                let caption = format!("照片{}{name}", i + 1);
                assert!(text.contains(&caption), "{caption} in {text}");
            }
            assert!(
                pages.len() <= 1 + n.div_ceil(2),
                "{} pages for {n}",
                pages.len()
            );
        }
    }
}

#[test]
fn a_page_shows_files_beside_it_without_what_the_camera_wrote() {
    let survey = Survey::naming(&["a.jpg", "turned.jpg"], "");
    let all = survey.recipes();
    let page = survey.page(&all);
    let files: Vec<&Recipe> = all.iter().filter(|r| r.format == Format::Photo).collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        assert!(
            page.contains(&format!("src=\"../../../{}\"", file.path)),
            "{page}"
        );
        assert_eq!(file.records, ["repairs/R1"]);
    }
    assert!(page.contains("alt=\"照片 1：a.jpg\""), "{page}");
    let turned = survey.drawn(files[1]);
    assert!(!turned.windows(4).any(|w| w == b"Exif"));
    let frame = turned.windows(2).position(|w| w == b"\xff\xc0").unwrap();
    // Height and width: it lay on its side.
    assert_eq!(turned[frame + 5..frame + 9], [0, 120, 0, 60]);
}

#[test]
fn one_that_cannot_be_printed_leaves_a_frame_that_says_why() {
    let names = [
        "none.jpg",
        "cut.png",
        "folder",
        "drawing.svg",
        "../../../../etc/passwd",
        "a.jpg",
    ];
    let survey = Survey::naming(&names, "");
    let png = std::fs::read(fixtures().join("alpha.png")).unwrap();
    survey.put("attachments/cut.png", &png[..png.len() / 2]);
    survey.put(
        "attachments/drawing.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    survey.put("attachments/folder/x", b"");
    let all = survey.recipes();
    let pdf = survey.drawn(one(&all, "R1.pdf"));
    assert_eq!(images(&pdf), 1);
    let page = survey.page(&all);
    let whys = [
        "不存在",
        "不完整",
        "不是文件",
        "不是 JPEG、PNG、GIF、WebP 图片",
        "在工作区外",
    ];
    for why in whys {
        assert!(
            page.contains(&format!("<p class=\"no-photo\">{why}")),
            "{why}: {page}"
        );
    }
    if let Some(pages) = pages(&pdf) {
        let text = dense(&pages.join(""));
        assert!(whys.iter().all(|w| text.contains(&dense(w))), "{text}");
    }
}

#[test]
fn what_only_looks_like_a_photograph_does_not_stop_a_build() {
    let survey = Survey::naming(&["broken.png", "gone.jpg"], "");
    let mut png = std::fs::read(fixtures().join("alpha.png")).unwrap();
    let middle = png.len() / 2;
    png[middle - 20..middle + 20].fill(0);
    survey.put("attachments/broken.png", &png);
    survey.put("attachments/gone.jpg", LEAK);
    let all = survey.recipes();
    std::fs::remove_file(survey.root().join("records/o/attachments/gone.jpg")).unwrap();
    for recipe in &all {
        survey.drawn(recipe);
    }
    assert_eq!(
        images(&survey.drawn(one(&all, "R1.pdf"))),
        1,
        "the same crossed-out frame"
    );
}

#[test]
fn another_file_under_the_same_name_makes_the_document_again() {
    let survey = Survey::naming(&["a.jpg"], "");
    let digest = || one(&survey.recipes(), "R1.pdf").digest(&[0; 32]);
    let before = digest();
    assert_eq!(before, digest());
    survey.put(
        "attachments/a.jpg",
        include_bytes!("../../examples/sample/pictures/gap-1.jpg"),
    );
    assert_ne!(before, digest());
}

#[test]
fn whoever_hides_addresses_publishes_no_photograph() {
    let survey = Survey::naming(&["a.jpg"], "redact: [address]\n");
    let all = survey.recipes();
    assert!(all.iter().all(|r| r.format != Format::Photo));
    let page = &shown(one(&all, "R1.html"))[0];
    assert_eq!(
        (page["wrong"].as_str(), page["name"].as_str()),
        (Some("不公开"), Some("a**"))
    );
    assert_eq!(
        one(&all, "R1.pdf").photos.len(),
        1,
        "what is filed is whole"
    );
}

#[test]
fn more_than_a_sheet_holds_are_counted() {
    let many = ["a.jpg"; 63];
    let all = Survey::naming(&many, "lang: en\n").recipes();
    let shown = shown(one(&all, "R1.pdf"));
    assert_eq!(shown.len(), 61);
    assert_eq!(shown[60]["wrong"], "3 more photographs are not printed");
    assert_eq!(shown[59]["n"], 60);
}

#[test]
fn the_photographs_of_a_volume_are_those_of_its_sheets_in_order() {
    let survey = Survey::naming(&["a.jpg", "still.gif"], "");
    survey.put(
        "repairs/R2.yaml",
        "id: R2\nreceived_at: 2025-03-05\nsurveyed_at: 2025-03-06\nphotos: [alpha.png]\n"
            .as_bytes(),
    );
    let all = survey.recipes();
    let volume = one(&all, "collected/2025-03.pdf");
    let names: Vec<&str> = volume
        .photos
        .iter()
        .filter_map(|p| p.path.rsplit('/').next())
        .collect();
    assert_eq!(names, ["a.jpg", "still.gif", "alpha.png"]);
    assert_eq!(images(&survey.drawn(volume)), 3);
}
