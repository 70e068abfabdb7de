"""The way back in for somebody who lost the phone and has no colleague to ask."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from curation.second_factor import reset_sign_in


class Command(BaseCommand):
    help = "Forget a person's phone, backup codes, sessions and wrong passwords."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        manager: Any = get_user_model()._default_manager
        person = manager.filter(username=name).first()
        if person is None:
            raise CommandError(f"Nobody has the user name {name}.")
        reset_sign_in(person)
        self.stdout.write(
            f"{name} signs in with the password now, and sets up a phone."
        )
