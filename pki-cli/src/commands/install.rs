//! `install`: puts a kit onto this computer. Everything is checked before anything is changed.

mod act;
mod report;

use pki_core::authority::Identity;
use pki_core::name::printable;
use pki_core::verify::{Outcome, Question};

use super::refuse_unless_elevated;
use crate::args::Install;
use crate::exit::{Failure, Result};
use crate::kit::{Kit, Line};
use crate::plan::{Choices, Plan, Step};
use crate::platform::Computer;
use crate::{output, password, system};
use report::State;

pub(crate) fn run(arguments: &Install) -> Result {
    if arguments.dry_run {
        return dry_run(arguments);
    }
    let computer = Computer::open()?;
    refuse_unless_elevated(&computer)?;
    let (kit, plan) = checked(arguments)?;
    if let (Some(mismatch), false) = (mismatch(&kit, &computer)?, arguments.any_host) {
        return Err(mismatch);
    }
    let identity = open_pfx(&kit, arguments)?;
    let states = act::carry_out(&computer, &kit, &plan, identity.secret_key())?;
    report::print(&kit, &plan, &states, arguments.json)
}

/// The same up to the point where something would change. Off Windows nothing is known of the host but its kit.
fn dry_run(arguments: &Install) -> Result {
    let (kit, plan) = checked(arguments)?;
    let Ok(computer) = Computer::open() else {
        let states = plan.steps.iter().map(|_| State::Planned).collect::<Vec<_>>();
        return report::print(&kit, &plan, &states, arguments.json);
    };
    if let (Some(mismatch), false) = (mismatch(&kit, &computer)?, arguments.any_host) {
        output::note("warning", mismatch.message());
    }
    let is_elevated = computer.is_elevated()?;
    if !is_elevated {
        output::note("note", "not run as administrator: what is already there is shown but for the private key");
    }
    let look = |step: &Step| match step {
        // Windows then says the same of keys that are there and of others.
        Step::ImportKey { .. } if !is_elevated => {
            Ok(State::Unknown("only an administrator can look at the machine's keys"))
        }
        step => computer.look(step).map(|found| State::before(&found)),
    };
    let states = plan.steps.iter().map(look);
    report::print(&kit, &plan, &states.collect::<Result<Vec<_>>>()?, arguments.json)
}

/// The kit, judged as `verify` does, and what to do with it.
fn checked(arguments: &Install) -> Result<(Kit, Plan)> {
    let kit = Kit::open(&arguments.kit)?;
    let mut question = Question::new(system::now()?);
    question.host = Some(kit.host()?);
    let lines = kit.judge(&question);
    let obstacles = kit.obstacles(&lines, question.at);
    let describe = |line: &Line| format!("{} of {}: {}", line.check, line.of, line.detail);
    if let Some(line) = obstacles.first() {
        return Err(Failure::new(format!("the kit is not fit to install: {}", describe(line)))
            .hint(format!("see everything that is wrong with: replica-pki verify {}", arguments.kit.display())));
    }
    for line in lines.iter().filter(|line| line.outcome != Outcome::Passed) {
        output::note("warning", &describe(line));
    }
    // Nothing else is excused.
    if lines.iter().any(|line| line.outcome == Outcome::Failed) {
        output::note(
            "warning",
            "the certificate has ended, and this host replicates with nobody by it; the kit is installed for its new root, \
             after which the kit of phase 2 has to follow (replica-pki renew --roots-installed)",
        );
    }
    let names_list = kit.leaf.extensions().crl_distribution_points.iter().flatten().next().is_some();
    if names_list && !arguments.keep_revocation_check {
        output::note(
            "note",
            "the certificate names a revocation list, and Windows' check for it is switched off; to leave the check as it \
             is: --keep-revocation-check",
        );
    }
    let choices = Choices {
        provider: arguments.provider,
        exportable: !arguments.not_exportable,
        keep_revocation_check: arguments.keep_revocation_check,
        failover_key: arguments.failover_key,
        firewall: !arguments.no_firewall,
    };
    let plan = Plan::of(&kit, &choices)?;
    Ok((kit, plan))
}

/// Why a kit is not for this computer, if so.
fn mismatch(kit: &Kit, computer: &Computer) -> Result<Option<Failure>> {
    let (name, host) = (computer.full_name()?, &kit.manifest.host);
    Ok((!name.eq_ignore_ascii_case(host)).then(|| {
        let (name, host) = (printable(&name), printable(host));
        Failure::new(format!("the kit is for {host}, and this computer is {name}"))
            .hint("take the kit of this computer's full name, or, if you know why, add --any-host")
    }))
}

fn open_pfx(kit: &Kit, arguments: &Install) -> Result<Identity> {
    let file = printable(&kit.manifest.pfx.file);
    let password = match password::given_for_opening(arguments.password.file.as_deref())? {
        Some(password) => password,
        None => password::ask(&format!("Password of {file}: "))?,
    };
    kit.identity(&password).map_err(|failure| failure.context(&file))
}
