"""What MiniStack, the local AWS, does otherwise than AWS, and a lab would notice. One file a service."""
