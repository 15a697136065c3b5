//! Which fields of records a form prints: what an office that keeps it has to write down.

use super::model::{Cell, Column, Figure, Form, Members, Row, Sum, Table, What};
use super::text::{Part, Words};
use crate::policy::compile::Link;
use crate::policy::expr::{Expr, Path};
use crate::schema::{FieldId, KindId};

impl Form {
    /// Calls `f` with each (kind, field) that the form looks at, some more than once.
    pub fn fields(&self, f: &mut impl FnMut(KindId, FieldId)) {
        self.expressions(&mut |e| {
            e.paths(&mut |p: &Path, _| {
                f(p.kind, p.field);
                p.hops.iter().for_each(|(kind, hop)| f(*kind, *hop));
            });
        });
    }

    fn expressions(&self, f: &mut dyn FnMut(&Expr)) {
        let own = [&self.when, &self.date, &self.copies];
        own.into_iter().flatten().for_each(&mut *f);
        links(&self.lets, f);
        let parts = self.parts.iter().filter_map(|p| p.from.as_ref());
        parts.for_each(|m| members(m, f));
        for row in &self.rows {
            match row {
                Row::Cells(_, cells) => cells.iter().for_each(|c| cell(c, f)),
                Row::Images(_, _, c) => cell(c, f),
                Row::Table(t) => table(t, f),
                Row::Matrix(_, questions) => questions.iter().for_each(|q| f(&q.value)),
                Row::Contents(_) => {}
                Row::Distribution(d) => {
                    members(&d.of, f);
                    d.questions.iter().for_each(|q| f(&q.value));
                }
            }
        }
    }
}

fn cell(cell: &Cell, f: &mut dyn FnMut(&Expr)) {
    match &cell.what {
        What::Nothing | What::Heading(_) => {}
        What::Value(e, _) | What::Choice(e, _) => f(e),
        What::Joined(all, _) => all.iter().for_each(f),
        What::Text(zh, en) => texts(zh, en, f),
        What::Signature(who, on) => who.iter().chain(on).for_each(f),
        What::Count(m) => members(m, f),
        What::Share(m, e) => {
            members(m, f);
            f(e);
        }
        What::Sum(s, _) => sum(s, f),
    }
}

fn table(table: &Table, f: &mut dyn FnMut(&Expr)) {
    table.from.iter().for_each(|m| members(m, f));
    let orders = table.order.iter().flatten();
    table.group.iter().chain(orders).for_each(&mut *f);
    let values = |c: &Column, f: &mut dyn FnMut(&Expr)| {
        c.values.iter().flatten().for_each(|v| figure(v, f));
    };
    table.columns.iter().for_each(|c| values(c, f));
}

fn figure(figure: &Figure, f: &mut dyn FnMut(&Expr)) {
    match figure {
        Figure::Value(e) => f(e),
        Figure::Words(_) => {}
        Figure::Text(zh, en) => texts(zh, en, f),
        Figure::Count(m) => members(m, f),
        Figure::Share(m, e) => {
            members(m, f);
            f(e);
        }
        Figure::Sum(s) => sum(s, f),
    }
}

fn sum(sum: &Sum, f: &mut dyn FnMut(&Expr)) {
    members(&sum.of, f);
    f(&sum.value);
    sum.left_of.iter().chain(&sum.share_of).for_each(f);
}

fn members(members: &Members, f: &mut dyn FnMut(&Expr)) {
    let own = [
        &members.filter,
        &members.on,
        &members.late,
        &members.distinct,
    ];
    own.into_iter().flatten().for_each(&mut *f);
    links(&members.links, f);
    links(&members.lets, f);
}

fn links(all: &[Link], f: &mut dyn FnMut(&Expr)) {
    let own = |l: &Link, f: &mut dyn FnMut(&Expr)| l.key.iter().chain(&l.filter).for_each(f);
    all.iter().for_each(|l| own(l, f));
}

fn texts(zh: &Words, en: &Words, f: &mut dyn FnMut(&Expr)) {
    for part in zh.0.iter().chain(&en.0) {
        if let Part::Value(e) = part {
            f(e);
        }
    }
}
