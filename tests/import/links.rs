//! Ids that are taken, and links to records that are or are not there.

use aftercare::import::{self, Request, Why};

use crate::{Workspace, core, refused};

const MAP: &str = "as: repairs\nid: n\ncolumns: {received_at: d, assigned_to: w}\n";

#[test]
fn a_link_names_one_record_of_the_office() {
    let w = Workspace::new();
    w.write(
        "records/cuihu/staff.csv",
        "id,name,role\nS1,王芳,维修人员\nS2,李强,维修人员\nS3,李强,维修人员\n",
    );
    let csv = "n,d,w\n1,2025-03-01,S1\n2,2025-03-01,王芳\n3,2025-03-01,李强\n4,2025-03-01,赵云\n5,2025-03-01,\n";
    let o = w.import(csv, MAP).unwrap();
    assert_eq!(
        refused(&o),
        [(4, vec![Why::Reference]), (5, vec![Why::Reference])]
    );
    assert!(o.refused[0].reasons[0].message.zh.contains("2 个同名"));
    assert_eq!(core(&w.check("2025-12-31")), Vec::<String>::new());
}

#[test]
fn records_of_one_file_may_name_each_other() {
    let w = Workspace::new();
    let csv = "编号,名称,所属代理商\nC1,甲公司,\nC2,乙公司,C1\nC3,丙公司,甲公司\nC4,丁公司,C5\nC5,戊公司,C6\n";
    let file = w.write("c.csv", csv);
    let o = import::run(&Request {
        kind: Some("customers".into()),
        ..w.request(&file)
    })
    .unwrap();
    // C5 goes since there is no C6, and C4 then names nothing.
    assert_eq!(
        refused(&o),
        [(5, vec![Why::Reference]), (6, vec![Why::Reference])]
    );
    assert_eq!(core(&w.check("2025-12-31")), Vec::<String>::new());
}

#[test]
fn an_id_that_the_office_has_is_refused() {
    let w = Workspace::new();
    w.write(
        "records/cuihu/repairs/2024.csv",
        "id,received_at\n7,2024-03-01\n",
    );
    let o = w
        .import(
            "n,d,w\n7,2025-03-01,\n8,2025-03-01,\na/b,2025-03-01,\n8,2025-03-02,\n",
            MAP,
        )
        .unwrap();
    assert_eq!(
        refused(&o),
        [
            (2, vec![Why::Duplicate]),
            (4, vec![Why::Value]),
            (5, vec![Why::Duplicate])
        ]
    );
    assert!(
        o.refused[0].reasons[0]
            .message
            .zh
            .contains("records/cuihu/repairs/2024.csv 第 2 行")
    );
    assert!(o.refused[2].reasons[0].message.zh.contains("第 3 行"));
}
