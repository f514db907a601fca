"""The resource type ``Custom::Connect::UserConfig``: a stack owns exactly the agent settings that its template declares.

Layers, outermost first; each may import only what stands below it (checked by import-linter):

``handlers``          front end of the CloudFormation registry: translates events, nothing else
``service``           create, read, update, delete and list over the ports
``connect_gateway``   the only module that calls Amazon Connect
``core``              the rules: pure, standard library only
"""
