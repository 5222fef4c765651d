//! The router over real HTTP on a loopback port, with the consolidator on a fake clock.

#![allow(clippy::unwrap_used, reason = "tests may")]

mod configured;
mod cron;
mod forms;
mod kit;
mod status;
mod vonage;
mod webhook;
mod whatsapp;
