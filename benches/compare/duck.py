"""The rules of the comparison as SQL: duck.py DIR → JSON {rule: findings} on standard output.

Every query counts what `aftercare check --as-of 2026-02-01` reports for the rule of that name."""

import json
import sys

import duckdb

FOLDER = sys.argv[1] + "/records/big/"
AS_OF = "date '2026-02-01'"
REVISIT = """select count(*) from repairs r where completed_at is not null and {category}
    and not exists (select 1 from visits v where v.repair = r.id and v.type = 'repair'
        and cast(v.date as date) - cast(r.completed_at as date) between 0 and {days})"""
RATE = """select count(*) from (
    select date_trunc('month', completed_at) m, count(*) n, count(*) filter (exists (
        select 1 from visits v join staff s on s.id = v.staff
        where v.repair = r.id and v.type = 'repair' and v.date >= r.completed_at and s.role = '{role}')) met
    from repairs r where completed_at is not null group by 1) where met * 100 < n * {percent}"""
LATE_24H = """select count(*) from repairs where cause in ({causes})
    and ({field} is null or not ({field} - received_at between interval 0 hours and interval 24 hours))"""
DANGLING = """select count(*) from (
    select 1 from {of} a where a.{field} is not null and not exists (select 1 from {to} b where b.id = a.{field}))"""
RULES = {
    "residential-visit-rates/director-visits-max": """select count(*) from (
        select customer, year(date) from visits v join staff s on s.id = v.staff
        where method = 'onsite' and role = 'office_director' group by 1, 2 having count(*) > 2)""",
    "residential-visit-rates/area-quarterly": """select count(*) from (
        select s.id, q from staff s, (select distinct date_trunc('quarter', date) q from visits) where s.role = 'property_officer'
        and q + interval 3 months <= date '2026-02-01'
        except select v.staff, date_trunc('quarter', v.date) from visits v join customers c on c.id = v.customer
        join staff s on s.id = v.staff where s.area = c.area)""",
    "residential-visit-rates/rate-manager": RATE.format(role="manager", percent=10),
    "residential-visit-rates/rate-supervisor": RATE.format(role="supervisor", percent=30),
    "residential-visit-rates/rate-lead": RATE.format(role="repair_lead", percent=60),
    "residential-visit-rates/revisit-7d": REVISIT.format(category="(category is null or category = 'general')", days=7),
    "residential-visit-rates/revisit-safety-2d": REVISIT.format(category="category = 'safety'", days=2),
    "residential-visit-rates/revisit-leak-3d": REVISIT.format(category="category = 'leak'", days=3),
    "residential-visit-rates/revisit-content": """select count(*) from visits where type = 'repair' and repair is not null
        and (opinion is null or signed_by is null or onsite_checked is distinct from '是'
            or attitude_asked is distinct from '是' or fee_checked is distinct from '是')""",
    "complaint-handling/central": """select count(*) from complaints k left join staff s on s.id = k.registered_by
        where s.department is distinct from '客服中心'""",
    "complaint-handling/register-complete": """select count(*) from complaints where department is null or summary is null
        or (customer is null and complainant is null) or (closed_at is not null and result is null)""",
    "complaint-handling/replied": "select count(*) from complaints where closed_at is not null and replied_at is null",
    "complaint-handling/revisited": """select count(*) from complaints k where closed_at is not null and not exists (
        select 1 from visits v where v.complaint = k.id and v.type = 'complaint'
        and cast(v.date as date) >= cast(k.closed_at as date))""",
    "complaint-handling/revisit-opinion": """select count(*) from visits v join complaints k on k.id = v.complaint
        where v.type = 'complaint' and cast(v.date as date) >= cast(k.closed_at as date)
        and (v.opinion is null or v.satisfaction is null)""",
    "owner-visit-survey/type": """select count(*) from visits
        where type is null or type not in ('regular', 'special', 'complaint', 'paid_service', 'repair')""",
    "owner-visit-survey/method": """select count(*) from visits
        where method is null or method not in ('phone', 'onsite', 'patrol')""",
    "owner-visit-survey/recorded": """select count(*) from visits
        where customer is null or purpose is null or content is null or opinion is null""",
    "owner-visit-survey/until-satisfied": """select count(*) from visits v
        where satisfaction in ('dissatisfied', 'very_dissatisfied') and (repair is not null or complaint is not null)
        and not exists (select 1 from visits w where w.repair = v.repair and w.date > v.date)
        and not exists (select 1 from visits w where w.complaint = v.complaint and w.date > v.date)""",
    "owner-visit-survey/three-signatures": f"""select count(*) from visits
        where (cast(date as date) + 7 < {AS_OF} and (supervisor_signed_on is null or project_manager_signed_on is null
            or property_manager_signed_on is null))
        or property_manager_signed_on < supervisor_signed_on or property_manager_signed_on < project_manager_signed_on""",
    "owner-visit-survey/owners-visited": """select count(*) from (
        select y, count(*) n, count(*) filter (exists (
            select 1 from visits v where v.customer = c.id and year(v.date) = y)) met
        from customers c, (values (2024), (2025)) years(y)
        where kind = 'owner' and (signed_on is null or year(signed_on) < y) group by 1) where met < n""",
    "warranty-period-repair/surveyed": f"""select count(*) from repairs
        where cast(received_at as date) + 3 < {AS_OF} and (surveyed_at is null or cause is null or photos is null)""",
    "warranty-period-repair/answered-24h": LATE_24H.format(causes="'misuse', 'wear', 'other'", field="replied_at"),
    "warranty-period-repair/start-3d": """select count(*) from repairs where started_at is null
        or not (cast(started_at as date) - cast(received_at as date) between 0 and 3)""",
    "core/duplicate-id": "select count(*) - count(distinct id) from visits",
    "core/missing-field": "select count(*) from visits where id is null or date is null or staff is null or method is null",
    "core/dangling-ref": " union all ".join(
        DANGLING.format(of=of, field=field, to=to)
        for of, field, to in [
            ("visits", "customer", "customers"), ("visits", "staff", "staff"), ("visits", "repair", "repairs"),
            ("visits", "complaint", "complaints"), ("repairs", "customer", "customers"),
            ("complaints", "customer", "customers"),
        ]
    ),
    "core/time-order": """select (select count(*) from visits where recorded_at < date)
        + (select count(*) from repairs where surveyed_at < received_at or started_at < surveyed_at
            or completed_at < started_at)
        + (select count(*) from complaints where replied_at < received_at or closed_at < received_at)""",
}

db = duckdb.connect()
db.execute("set threads = 2")
for table in ["staff", "projects", "customers", "repairs", "complaints", "visits"]:
    db.execute(f"create table {table} as select * from read_csv('{FOLDER}{table}.csv', header = true)")
found = {}
for rule, sql in RULES.items():
    found[rule] = sum(row[0] for row in db.execute(sql).fetchall())
json.dump(found, sys.stdout)
