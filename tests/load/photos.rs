//! `core/photo`: what records name as photographs and cannot be printed.

use super::helper::*;

const LEAK: &[u8] = include_bytes!("../../examples/sample/pictures/leak-1.jpg");
const PNG: &[u8] = include_bytes!("../documents/photos/alpha.png");

fn workspace(photos: &str) -> Workspace {
    let w = Workspace::new(&[]);
    let text = format!("- id: R1\n  received_at: 2025-03-01\n  photos: [{photos}]\n");
    w.put("repairs/2025.yaml", text.as_bytes());
    w.put("attachments/a.jpg", LEAK);
    w
}

fn said(w: &Workspace) -> Vec<String> {
    let checked = check(w.root()).unwrap();
    checked.findings().map(|f| f.message.zh).collect()
}

#[test]
fn a_photograph_is_found_from_the_workspace_the_record_and_the_attachments() {
    let w =
        workspace("a.jpg, attachments/a.jpg, b.png, records/o/attachments/a.jpg, pictures/c.jpg");
    w.put("repairs/b.png", PNG);
    std::fs::create_dir(w.root().join("pictures")).unwrap();
    std::fs::write(w.root().join("pictures/c.jpg"), LEAK).unwrap();
    assert_eq!(w.told(), [""; 0]);
}

#[test]
fn each_that_cannot_be_printed_is_named_with_its_place_and_why() {
    let w = workspace("a.jpg, none.jpg, cut.png, drawing.svg, folder, ../../../../etc/passwd");
    w.put("attachments/cut.png", &PNG[..PNG.len() / 2]);
    w.put(
        "attachments/drawing.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    w.put("attachments/folder/x.txt", b"");
    assert_eq!(w.told(), ["repairs/2025.yaml:3:19 core/photo R1 photos"]);
    assert_eq!(
        said(&w),
        [
            "影像资料「none.jpg」不存在，「cut.png」不完整，「drawing.svg」不是 JPEG、PNG、GIF、WebP 图片，\
          「folder」不是文件，「../../../../etc/passwd」在工作区外，表上印不出来"
        ]
    );
}

#[test]
fn of_many_the_first_are_named() {
    let names: Vec<String> = (0..8).map(|i| format!("{i}.jpg")).collect();
    let said = said(&workspace(&names.join(", ")));
    assert!(
        said[0].ends_with("「4.jpg」不存在，还有 3 个，表上印不出来"),
        "{said:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_may_lead_to_another_place_in_the_workspace_only() {
    use std::os::unix::fs::symlink;
    let w = workspace("in.jpg, out.jpg");
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.jpg"), LEAK).unwrap();
    symlink("a.jpg", w.office().join("attachments/in.jpg")).unwrap();
    symlink(
        outside.path().join("a.jpg"),
        w.office().join("attachments/out.jpg"),
    )
    .unwrap();
    assert_eq!(said(&w), ["影像资料「out.jpg」在工作区外，表上印不出来"]);
}
