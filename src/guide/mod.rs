//! The guide: the course's book, built by this binary alone and served to this computer.
