"""Interventions of the step Plan, one file each: ``TITLE``, ``fits(session)`` and ``Panel(page)`` with ``place(point)``.

A panel is made anew whenever the page is filled; what it wants to remember until then it puts into ``page.kept``. A module may
also have ``draw(scene, session, shown)``, which marks the heart, or takes its marks away where another step or
intervention is shown, and ``asks(session)``: whether the what-if process is to solve the scenario's beat (session.answer).

Those of a device also have ``scale(session)``, the legend of the map they draw, and what ``ui/device_drag.py`` asks for.
"""
