"""Writes a big office whose records are mostly in order: generate.py DIR [VISITS].

A tenth as many customers as visits, a fifth as many repairs, a twentieth as many complaints. The same arguments give
the same bytes."""

import datetime
import os
import random
import sys

if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
    sys.exit(__doc__)
OUT, VISITS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
R = random.Random(7)
FOLDER = os.path.join(OUT, "records", "big")
os.makedirs(FOLDER, exist_ok=True)
DAY = datetime.date(2024, 1, 1)
ROLES = (
    ["office_director"] * 2 + ["property_manager"] * 4 + ["project_manager"] * 4 + ["manager"] * 20
    + ["supervisor"] * 60 + ["property_officer"] * 60 + ["repair_lead"] * 120 + ["service_officer"] * 30
)
AREAS = [f"{c}区" for c in "ABCDEFGHIJKLMNOPQRST"]
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
CATEGORIES = ["general"] * 6 + ["leak"] * 2 + ["safety", ""]
LIMIT = {"leak": 3, "safety": 2}
PURPOSES = ["usage", "relationship", "archive", "other"]
SATISFACTION = ["very_satisfied", "satisfied", "satisfied", "neutral", "dissatisfied"]


def day(n):
    return (DAY + datetime.timedelta(days=n)).isoformat()


def time(n, minute):
    return f"{day(n + minute // 1440)} {minute % 1440 // 60:02}:{minute % 60:02}"


def write(name, header, rows):
    with open(os.path.join(FOLDER, name + ".csv"), "w", encoding="utf-8", newline="\n") as f:
        f.write(header + "\n")
        for row in rows:
            f.write(",".join(row) + "\n")


STAFF = {}
for i, role in enumerate(ROLES):
    STAFF.setdefault(role, []).append(f"S-{i:03}")


def staff():
    for i, role in enumerate(ROLES):
        department = "客服中心" if role == "service_officer" else "工程部"
        area = AREAS[i % 20] if role == "property_officer" else ""
        yield f"S-{i:03}", f"员工{i}", role, department, area, "2020-01-01"


def projects():
    for i in range(20):
        yield f"P-{i:02}", f"翠湖{i}期", "2023-01-01", "2028-01-01", "2023-01-01"


def customers():
    for i in range(VISITS // 10):
        name = R.choice(FAMILY) + R.choice(GIVEN) + R.choice(GIVEN)
        yield (
            f"C-{i:06}", name, "owner", R.choice(["normal", "normal", "gold"]), name, f"138{R.randrange(10**8):08}",
            f"翠湖路{R.randrange(200)}号", f"{R.randrange(40)}栋", f"{R.randrange(4)}单元",
            f"{R.randrange(30)}0{R.randrange(4)}", AREAS[i % 20], day(-R.randrange(900) - 1),
        )


def complaints(closed):
    for i in range(VISITS // 20):
        d, c = R.randrange(700), R.randrange(VISITS // 10)
        clerk = "" if R.random() < 0.002 else R.choice(STAFF["service_officer"])
        closed.append((d + 1, c))
        yield (
            f"K-{i:06}", time(d, 480 + R.randrange(600)), "phone", f"C-{c:06}", f"业主{c}", f"138{c:08}", "客服中心",
            "service", "minor", '"楼道照明不亮, 多次报修"', clerk, R.choice(STAFF["supervisor"]), "按制度处理",
            R.choice(STAFF["service_officer"]), R.choice(STAFF["property_manager"]), day(d + 1), "已解决",
            time(d, 1100 + R.randrange(300)), time(d + 1, 480 + R.randrange(600)), day(d + 9),
        )


def repairs(done):
    for i in range(VISITS // 5):
        d, c, category = R.randrange(700), R.randrange(VISITS // 10), R.choice(CATEGORIES)
        done.append((d, c, category))
        yield (
            f"R-{i:06}", time(d, 480 + R.randrange(600)), "owner", "request", f"P-{c % 20:02}", f"C-{c:06}",
            f"业主{c}", f"138{c:08}", f"{c % 40}栋{c % 30}层", category, "private", "水管接头渗漏需更换",
            R.choice(STAFF["service_officer"]), time(d, 1100), R.choice(STAFF["repair_lead"]), "1.5", "接头、生料带",
            f"{R.randrange(20, 300)}.00", "否", time(d, 1105), R.choice(STAFF["supervisor"]), "wear", "a.jpg",
            "工程部", time(d, 1110), time(d, 1115), time(d, 1120), time(d, 1200), time(d, 1300 + R.randrange(100)),
            "已修复", f"业主{c}",
        )


def visit(n, d, c, who, method, kind, complaint, repair, satisfaction):
    odd, checked = R.random(), "是" if repair else ""
    minute = 540 + R.randrange(400)
    return (
        f"V-{n:07}", time(d, minute), f"C-{c:06}", who, method, kind, complaint, repair, f"{c % 40}栋{c % 30}层",
        f"138{c:08}", f"业主{c}", R.choice(PURPOSES), "" if odd < 0.001 else "上门了解维修质量与服务态度",
        "希望加快处理" if odd < 0.5 else "无", satisfaction, checked, checked, checked, "否" if repair else "",
        "" if odd < 0.0015 and repair else f"业主{c}", time(d, minute + 60), day(d + 1), day(d + 2),
        day(d + (1 if odd > 0.999 else 3)), STAFF["supervisor"][c % 60], "继续跟进",
    )


def visits(closed, done):
    n = 0
    for i, (d, c, category) in enumerate(done):
        x, repair = R.random(), f"R-{i:06}"
        first = R.choice(STAFF["repair_lead" if x < 0.65 else "supervisor" if x < 0.9 else "manager"])
        limit = LIMIT.get(category, 7)
        d += R.randrange(limit) + (limit + 2 if R.random() < 0.003 else 1)
        again = [(0, first, "onsite", R.choice(SATISFACTION[:4]))]
        again += [(3, R.choice(STAFF["supervisor"]), "phone", "satisfied")] if i % 2 == 0 else []
        again += [(5, R.choice(STAFF["manager"]), "phone", "satisfied")] if i % 5 == 0 else []
        for later, who, method, satisfaction in again:
            yield visit(n, d + later, c, who, method, "repair", "", repair, satisfaction)
            n += 1
    for i, (d, c) in enumerate(closed):
        who = R.choice(STAFF["service_officer"])
        yield visit(n, d + R.randrange(3), c, who, "phone", "complaint", f"K-{i:06}", "", R.choice(SATISFACTION[:4]))
        n += 1
    while n < VISITS:
        who, method = R.choice(STAFF["property_officer"]), R.choice(["phone", "onsite", "patrol"])
        yield visit(n, R.randrange(720), n % (VISITS // 10), who, method, "regular", "", "", R.choice(SATISFACTION))
        n += 1


with open(os.path.join(FOLDER, "office.yaml"), "w", encoding="utf-8") as f:
    f.write(
        "name: 翠湖物业（大）\n"
        "policies: [residential-visit-rates, complaint-handling, owner-visit-survey, warranty-period-repair]\n"
        f"since: 2024-01-01\nhouseholds: {VISITS * 5}\n"
    )
closed, done = [], []
write("staff", "id,name,role,department,area,joined_on", staff())
write("projects", "id,name,handed_over_on,warranty_until,commitment_signed_on", projects())
write("customers", "id,name,kind,tier,contact,phone,address,building,unit,room,area,signed_on", customers())
write(
    "complaints",
    "id,received_at,channel,customer,complainant,phone,department,kind,severity,summary,registered_by,handler,decision,"
    "tracker,reported_to,manager_informed_on,result,replied_at,closed_at,archived_on",
    complaints(closed),
)
write(
    "repairs",
    "id,received_at,source,kind,project,customer,reporter,phone,place,category,scope,description,recorded_by,"
    "dispatched_at,assigned_to,labour,materials,fee,paid_service,surveyed_at,surveyed_by,cause,photos,routed_to,"
    "notified_at,arranged_at,replied_at,started_at,completed_at,outcome,user_signed_by",
    repairs(done),
)
write(
    "visits",
    "id,date,customer,staff,method,type,complaint,repair,place,phone,respondent,purpose,content,opinion,satisfaction,"
    "onsite_checked,attitude_asked,fee_checked,problem_found,signed_by,recorded_at,supervisor_signed_on,"
    "project_manager_signed_on,property_manager_signed_on,reviewed_by,guidance",
    visits(closed, done),
)
