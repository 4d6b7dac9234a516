"""What tests share: values built by hand."""
