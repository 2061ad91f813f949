"""The panel: pages are declared once each; navigation, routing, checks and rights are made of the declarations."""
