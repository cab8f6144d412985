"""What Kubernetes workloads ask for, use, and could ask for."""
