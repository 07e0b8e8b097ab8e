"""The pages for staff, a module an area; each declares its routes."""
