"""Reset the sign-in of a user who lost the phone, if no administrator can do it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from curation.second_factor import reset_sign_in


class Command(BaseCommand):
    help = "Forget a person's phone, backup codes, sessions and wrong passwords."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: object, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody has the user name {name}.")
        reset_sign_in(user)
        self.stdout.write(
            f"{name} signs in with the password now, and sets up a phone."
        )
