"""Running a checked statement under the reader role."""
