//! Every system but Windows.

use std::convert::Infallible;

use pki_core::key::KeyPair;

use super::{Carried, Found, TakenBack};
use crate::exit::{Failure, Result};
use crate::plan::{Inverse, KitId, Mark, Marks, Record, Records, Step};
use crate::survey::Survey;

/// There is none.
pub(crate) struct Computer(Infallible);

impl Computer {
    pub(crate) fn open() -> Result<Self> {
        Err(Failure::new("this works on Windows only, where the stores and the registry are").hint(
            "copy the kit to its Windows host and run this there, or run install.cmd in the kit; \
             `verify KIT` and `install KIT --dry-run` work everywhere",
        ))
    }

    pub(crate) fn full_name(&self) -> Result<String> {
        match self.0 {}
    }

    pub(crate) fn is_elevated(&self) -> Result<bool> {
        match self.0 {}
    }

    pub(crate) fn look(&self, _: &Step) -> Result<Found> {
        match self.0 {}
    }

    pub(crate) fn carry_out(&self, _: &Step, _: &KeyPair) -> Result<Carried> {
        match self.0 {}
    }

    pub(crate) fn take_back(&self, _: &Inverse) -> Result<TakenBack> {
        match self.0 {}
    }

    pub(crate) fn lock(&self) -> Result<Infallible> {
        match self.0 {}
    }

    pub(crate) fn records(&self) -> Result<Records> {
        match self.0 {}
    }

    pub(crate) fn save(&self, _: &Record) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn forget(&self, _: &KitId) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn marks(&self) -> Result<Marks> {
        match self.0 {}
    }

    pub(crate) fn set_mark(&self, _: &Mark, _: &str) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn survey(&self) -> Result<Survey> {
        match self.0 {}
    }
}
