pub mod course; pub mod expr;
