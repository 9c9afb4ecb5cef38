"""Whole-photo work before the faces: what a photo needs, and the stages that give it."""
