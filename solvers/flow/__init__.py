"""Blood flow in a fixed lumen: Navier-Stokes, inlets, outlets and what is read off them."""
